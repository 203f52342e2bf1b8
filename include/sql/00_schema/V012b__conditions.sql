-- What eligibility files and decisions are made of. Rerun: once.

-- One condition of a decision. What is not known is not met.
CREATE FUNCTION ledger.condition(condition text, observed text, required text, is_met boolean, evidence text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object(
    'condition', condition, 'observed', observed, 'required', required, 'met', coalesce(is_met, FALSE), 'evidence', evidence
);
COMMENT ON FUNCTION ledger.condition(text, text, text, boolean, text)
IS 'A condition with what was observed and required, whether it is met, and table:key of the evidence 资格条件';

-- Two claims with the same key share what a cap or an exclusion bounds.
CREATE FUNCTION ledger.scope_key(
    scope text, period text, payee_kind text, payee_code text, person_key uuid, event_date date
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE scope
    WHEN 'person' THEN person_key::text
    WHEN 'payee' THEN payee_kind || ':' || payee_code
    WHEN 'payee_person' THEN payee_kind || ':' || payee_code || ':' || person_key
END || '|' || CASE period
    WHEN 'ever' THEN 0
    WHEN 'year' THEN extract(YEAR FROM event_date)::integer
    WHEN 'month' THEN extract(YEAR FROM event_date)::integer * 100 + extract(MONTH FROM event_date)::integer
    WHEN 'day' THEN event_date - '2000-01-01'::date
END;
COMMENT ON FUNCTION ledger.scope_key(text, text, text, text, uuid, date) IS 'Whom and which period a cap or an exclusion bounds 上限与排斥范围';
