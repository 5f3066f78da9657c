# One image for web, workers and reconciler; docker-compose.yml says which command each runs.
FROM python:3.11-slim-bookworm

RUN apt-get update \
 && apt-get install --yes --no-install-recommends libimage-exiftool-perl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home aureole \
 && install --directory --owner=aureole /data

WORKDIR /app
COPY requirements.txt requirements-nodeps.txt constraints.txt ./
# insightface comes alone: requirements-nodeps.txt says why.
RUN pip install --no-cache-dir -r requirements.txt -c constraints.txt \
 && pip install --no-cache-dir --no-deps -r requirements-nodeps.txt

COPY . .
ENV PYTHONUNBUFFERED=1 DATA_DIR=/data STATIC_ROOT=/app/staticfiles
RUN python manage.py collectstatic --noinput --verbosity 0

USER aureole
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "config.web", "-b", "0.0.0.0", "-p", "8000", "config.asgi:application"]
