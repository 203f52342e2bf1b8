#!/bin/sh
# Writes the password file of Airflow's login `steppe`, which only its own user can read, and becomes the service.
set -eu
umask 077
printf '{"steppe": "%s"}\n' "$STEPPE_AIRFLOW_PASSWORD" >/run/steppe/passwords.json
exec "$@"
