#!/bin/sh
# Run once by the PostgreSQL image on an empty volume.
set -eu
psql --username=postgres --set=ON_ERROR_STOP=1 \
  --set=owner_password="$(cat /run/secrets/owner_password)" \
  --set=app_password="$(cat /run/secrets/app_password)" \
  --file=/deploy/roles.sql
