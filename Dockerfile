# Two images from one file: `web` (pages, clock, light worker; no torch) and `worker` (sampling and training).
FROM python:3.12-slim-bookworm AS base
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 UV_PYTHON_DOWNLOADS=never DATA_DIR=/data HOST=0.0.0.0
RUN useradd --uid 10001 --create-home plumbline \
    && install --directory --owner plumbline --group plumbline --mode 0700 /data \
    && pip install --no-cache-dir uv==0.13.9
WORKDIR /app
VOLUME /data

FROM base AS web
COPY requirements-web.txt ./
RUN uv pip install --system --no-cache --requirement requirements-web.txt
COPY . .
USER plumbline
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "alignment_web.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "1", "--threads", "8", "--keep-alive", "15", "--graceful-timeout", "3", "--timeout", "60", "--no-control-socket", "--log-level", "warning"]

FROM base AS worker
# TORCH=cuda takes the CUDA build, about 2.7 GB more.
ARG TORCH=cpu
RUN if [ "$TORCH" = cuda ]; then uv pip install --system --no-cache torch==2.13.0; \
    else uv pip install --system --no-cache --torch-backend=cpu torch==2.13.0; fi
COPY requirements.txt ./
RUN uv pip install --system --no-cache --requirement requirements.txt
COPY . .
USER plumbline
CMD ["python", "-m", "celery", "--app", "alignment_web", "--quiet", "worker", "--pool", "prefork", "--concurrency", "1", "--queues", "loops", "--hostname", "loops@%h", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
