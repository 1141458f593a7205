# One image; docker-compose.yml says which command each service runs.
FROM node:22-bookworm-slim AS design-system
WORKDIR /mavis
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.11-slim-bookworm
WORKDIR /mavis
ENV PYTHONUNBUFFERED=1 PATH=/opt/mavis/bin:$PATH
COPY bin/uv.txt requirements-production.lock ./
RUN pip install --no-cache-dir --require-hashes -r uv.txt \
    && uv venv /opt/mavis \
    && VIRTUAL_ENV=/opt/mavis uv pip sync --no-cache requirements-production.lock
COPY --from=design-system /mavis/node_modules node_modules
COPY . .
# The settings must be readable while static files are put in place; no server is asked.
RUN SECRET_KEY=unused FILE_KEYS=unused DATABASE_URL=postgres://unused/unused \
    REDIS_URL=redis://unused PDS_BASE_URL=http://unused \
    python manage.py collectstatic --no-input --verbosity 0 \
    && mkdir -p build/root \
    && cp -R node_modules/nhsuk-frontend/dist/nhsuk/assets build/root/assets
USER nobody
ENV GUNICORN_CMD_ARGS="--bind=0.0.0.0:8000 --worker-tmp-dir=/dev/shm"
EXPOSE 8000
