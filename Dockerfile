# Build with the digest of the day: docker build --build-arg NODE_DIGEST=@sha256:... .
ARG NODE_DIGEST=

FROM node:24-slim${NODE_DIGEST} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts/build.ts scripts/build.ts
COPY src src
RUN npm run build

FROM node:24-slim${NODE_DIGEST}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="headroom" \
      org.opencontainers.image.description="Says whether a live migration fits its namespace's ResourceQuotas on Harvester and KubeVirt" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/node:24-slim"
# The program is one file: nothing here installs anything.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn-* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
COPY LICENSE /usr/share/doc/headroom/LICENSE
COPY --from=build /build/dist/THIRD-PARTY-LICENSES.txt /usr/share/doc/headroom/
COPY --from=build /build/dist/headroom.mjs /headroom/headroom.mjs
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 9443 8080
ENTRYPOINT ["node", "/headroom/headroom.mjs"]
CMD ["serve"]
