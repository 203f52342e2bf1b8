-- A line that could not be split names its key in one of its fields, wherever the file has that column: it is not absent.
-- Grain: deletes one row per key of staging.absent. Inputs: quarantine.row. Rerun: deletes nothing more.
DELETE FROM staging.absent
WHERE
    absent.delivery_id = %(delivery_id)s AND absent.resource = %(resource)s
    AND (
        absent.key_hash IN (
            SELECT
                hashtextextended(
                    CASE WHEN %(key_is_id)s THEN ops.normalise_id(token.value) ELSE token.value END, 0
                )
            FROM quarantine.row AS rejected
            CROSS JOIN regexp_split_to_table(rejected.record ->> 'text', '[",]') AS token (value)
            WHERE rejected.delivery_id = %(delivery_id)s AND rejected.resource = %(resource)s AND rejected.record ? 'text'
        )
    ) IS TRUE;
