-- Grain: one row, told to the record before names are shown. Inputs: ops.named_view. Rerun: tells it again.
INSERT INTO ops.named_view (user_name, role_name, list_name, place_code, month, form)
VALUES (%(user_name)s, %(role_name)s, %(list_name)s, %(place)s, %(month)s, %(form)s);
