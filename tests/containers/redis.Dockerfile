# Stands in for docker.io/library/redis: the Redis of the base's Debian, whose entrypoint gives up
# root as the official one does.
ARG BASE
FROM ${BASE}
RUN apt-get -q update && \
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends redis-server && \
    install -d -o redis -g redis /data
COPY redis-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN chmod 755 /usr/local/bin/docker-entrypoint.sh
WORKDIR /data
ENTRYPOINT ["docker-entrypoint.sh"]
