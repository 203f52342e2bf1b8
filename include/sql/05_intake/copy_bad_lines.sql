-- Lines that could not be split, as prepared by the tolerant path.
-- Grain: one row per line. Inputs: a stream. Rerun: after clear_bad_lines.sql.
COPY raw.bad_line (delivery_id, resource, line_no, rule_id, line_text) FROM STDIN;
