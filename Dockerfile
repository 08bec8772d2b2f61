# docker build --build-arg NODE_DIGEST=@sha256:... --build-arg REVISION="$(git rev-parse HEAD)" -t REGISTRY/headroom:0.1.0 .
# With the digest of the day the base image is exactly the one that you have looked at.
ARG NODE_DIGEST=
ARG VERSION=0.1.0

FROM node:24-slim${NODE_DIGEST} AS build
ARG VERSION
WORKDIR /build
COPY package.json package-lock.json ./
RUN node -e "const { version } = require('./package.json'); if (version !== process.argv[1]) throw new Error('package.json has version ' + version)" "${VERSION}"
# Optional packages too: of esbuild they are the program itself.
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.ts scripts/build.ts
COPY src src
RUN npm run build

FROM node:24-slim${NODE_DIGEST}
ARG VERSION
ARG REVISION=unknown
LABEL org.opencontainers.image.title="headroom" \
      org.opencontainers.image.description="Says whether a live migration fits its namespace's ResourceQuotas on Harvester and KubeVirt" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/node:24-slim"
# The program is one file: nothing here installs anything, and nothing is left that could.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /opt/yarn-* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
    && ! command -v npm
COPY LICENSE /usr/share/doc/headroom/LICENSE
COPY --from=build /build/dist/THIRD-PARTY-LICENSES.txt /usr/share/doc/headroom/
COPY --from=build /build/dist/headroom.mjs /headroom/headroom.mjs
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 9443 8080
ENTRYPOINT ["node", "/headroom/headroom.mjs"]
CMD ["serve"]
