-- What the gate's rules see of death; expectations/death.json names these columns.
-- Grain: one row per row of raw.death that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.death, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.region_code,
        line.died_on AS died_on_text
    FROM raw.death_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'death'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'death'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        CASE WHEN ops.id_form_ok(id_number) THEN substr(id_number, 7, 8)::integer END AS birth_number,
        ops.day_number(died_on_text) AS died_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.date_from_number(died_on_number) AS died_on,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        ops.name_is_safe(name) AS name_is_safe,
        ops.date_from_number(birth_number) AS birth_date_of_id
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE
            WHEN region.region_code IS NOT NULL
                THEN %(sender_code)s IN (region.sender_code, region.region_code, %(root_code)s)
        END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        died_on <= %(period_end)s::date AS has_died,
        died_on >= birth_date_of_id AS is_after_birth,
        died_on >= %(period)s::date - interval '1 year' AS is_told_within_a_year,
        CASE WHEN died_on >= birth_date_of_id THEN (died_on - birth_date_of_id) / 366 END AS age_years
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'death'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
