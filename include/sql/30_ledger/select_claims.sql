-- What a person or a payee claimed and what became of it.
-- Grain: one row per banner and claim. Inputs: ledger.current_decision, ledger.payment_line, ledger.order_state. Rerun: reads only.
SELECT
    decision.region_code,
    decision.claim_key,
    decision.event_date,
    decision.outcome,
    decision.amount_fen,
    decision.fund_code,
    decision.rule_version,
    ARRAY(
        SELECT asked.condition ->> 'condition'
        FROM jsonb_array_elements(decision.conditions) WITH ORDINALITY AS asked (condition, place)
        WHERE NOT (asked.condition ->> 'met')::boolean
        ORDER BY asked.place
    ) AS unmet,
    ARRAY(
        SELECT concat_ws(' ', line.payment_reference, line.line_no, order_state.state)
        FROM ledger.payment_line AS line
        INNER JOIN ledger.order_state
            ON line.region_code = order_state.region_code AND line.payment_reference = order_state.payment_reference
        WHERE line.region_code = decision.region_code AND line.claim_key = decision.claim_key
        ORDER BY order_state.order_no
    ) AS orders
FROM ledger.current_decision AS decision
WHERE
    (decision.payee_kind = %(payee_kind)s AND decision.payee_code = %(payee_code)s)
    OR (%(payee_kind)s = 'person' AND decision.person_key::text = %(payee_code)s)
ORDER BY decision.region_code, decision.event_date, decision.claim_key;
