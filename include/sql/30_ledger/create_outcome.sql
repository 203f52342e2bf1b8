-- What is decided of each candidate of one programme: its rule and window, its own conditions, what excludes it, caps, fund.
-- Grain: one row per banner and claim, whatever the outcome. A condition that was not reached is not told.
-- Inputs: staging.ledger_candidate, staging.ledger_term, staging.ledger_contest. Rerun: the run attaches it to staging.ledger_decided.
CREATE UNLOGGED TABLE staging.ledger_outcome AS
SELECT
    candidate.region_code,
    candidate.claim_key,
    candidate.programme_code,
    term.settlement,
    candidate.payee_kind,
    candidate.payee_code,
    candidate.person_key,
    candidate.event_date,
    candidate.units::integer AS units,
    CASE WHEN contest.is_eligible THEN contest.granted_units ELSE 0 END::integer AS granted_units,
    CASE WHEN contest.is_eligible THEN contest.amount_fen ELSE 0 END AS amount_fen,
    term.fund_code,
    term.rule_version,
    CASE WHEN contest.is_eligible THEN 'eligible' ELSE 'refused' END AS outcome,
    term.asked_first || candidate.conditions || CASE
        WHEN contest.claim_key IS NULL THEN term.asked_last
        ELSE
            term.asked_last || jsonb_build_array(
                ledger.condition(
                    'not_excluded', contest.excluding_claim, 'no claim that excludes it', contest.excluding_claim IS NULL,
                    'decision:' || contest.excluding_claim
                )
            ) || CASE
                WHEN contest.is_countable
                    THEN
                        jsonb_build_array(
                            ledger.condition(
                                'within_cap',
                                concat_ws(
                                    ', ', contest.units_before || ' units and ' || contest.fen_before || ' fen before',
                                    candidate.units || ' asked', contest.granted_units || ' granted'
                                ),
                                coalesce(
                                    nullif(
                                        concat_ws(
                                            ', ', 'at most ' || contest.cap_units || ' units', 'at most ' || contest.cap_fen || ' fen'
                                        ), ''
                                    ),
                                    'no cap'
                                ),
                                contest.is_eligible,
                                'programme:' || term.rule_version
                            )
                        )
                ELSE '[]'
            END
    END AS conditions,
    candidate.delivery_id
FROM staging.ledger_candidate AS candidate
LEFT JOIN staging.ledger_contest AS contest ON candidate.region_code = contest.region_code AND candidate.claim_key = contest.claim_key
INNER JOIN staging.ledger_term AS term
    ON
        candidate.region_code = term.region_code
        AND candidate.event_date = term.event_date
        AND coalesce(candidate.fund_code, '') = term.told_fund;
