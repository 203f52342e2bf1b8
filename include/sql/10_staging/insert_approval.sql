-- A decision on a rejection.
-- Grain: delivery and rule. Inputs: values. Rerun: changes nothing.
INSERT INTO ops.approval (delivery_id, rule_id, decision, decided_by, reason)
VALUES (%(delivery_id)s, %(rule_id)s, %(decision)s, %(decided_by)s, %(reason)s)
ON CONFLICT (delivery_id, rule_id) DO NOTHING;
