-- Grain: one attempt to send one alert to one channel. Inputs: none. Rerun: a second row for the same attempt is an error.
INSERT INTO ops.alert_delivery (alert_id, channel, attempt, outcome, response, attempted_at)
VALUES (%(alert_id)s, %(channel)s, %(attempt)s, %(outcome)s, %(response)s, %(attempted_at)s);
