-- Names are folded once, not with every name that they are compared with, and the edit distance is the server's own. Rerun: once.
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch SCHEMA public;

CREATE FUNCTION ops.folded_likeness(one text, other text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN one IS NULL OR other IS NULL THEN NULL
    WHEN one = other THEN 3
    WHEN least(length(one), length(other)) < 2 OR abs(length(one) - length(other)) > 1 THEN 0
    WHEN right(one, -1) = other OR right(other, -1) = one THEN 2
    -- The distance is not defined for more characters than 255.
    WHEN least(length(one), length(other)) < 3 OR greatest(length(one), length(other)) > 255 THEN 0
    WHEN public.levenshtein_less_equal(one, other, 1) = 1 THEN 1
    ELSE 0
END;
COMMENT ON FUNCTION ops.folded_likeness(text, text) IS
'Of two names folded by fold_name: 3 the same; 2 the same but for a surname left out; 1 one character differs or is missing, of three or '
'more; 0 another name; NULL where one is not told 归一姓名相似度';

CREATE OR REPLACE FUNCTION ops.name_likeness(text, text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ops.folded_likeness(ops.fold_name($1), ops.fold_name($2));

CREATE FUNCTION ops.birth_likeness(one date, other date) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN one = other THEN 2
    WHEN
        to_char(one, 'YYYYDDMM') = to_char(other, 'YYYYMMDD')
        OR public.levenshtein_less_equal(to_char(one, 'YYYYMMDD'), to_char(other, 'YYYYMMDD'), 1) = 1
        THEN 1
    ELSE 0
END;
COMMENT ON FUNCTION ops.birth_likeness(date, date) IS
'2 the same day; 1 one digit differs or month and day are exchanged; 0 another day, or one is not told 出生日期相似度';
