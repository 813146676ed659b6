# Stands in for docker.io/library/postgres where no registry is reached: the PostgreSQL of the base's
# Debian, with as much of the official image's entrypoint as docker-compose.yml uses.
ARG BASE
FROM ${BASE}
RUN apt-get -q update && mkdir -p /etc/postgresql-common && \
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf && \
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends postgresql && \
    ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/ && \
    install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENV PGDATA=/var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["/bin/bash", "/usr/local/bin/docker-entrypoint.sh"]
