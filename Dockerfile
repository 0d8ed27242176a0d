# kubectl-ds alone: no kubectl, which only Go templates need, and not the official client, which only Python programs do.
#   docker build -t kubectl-ds . && docker run --rm kubectl-ds demo coverage
#   docker run --rm -v ~/.kube/config:/config:ro -e KUBECONFIG=/config kubectl-ds coverage -A
# A release gives the base by digest: --build-arg PYTHON=docker.io/library/python@sha256:…
ARG PYTHON=docker.io/library/python:3.13.9-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /src
COPY requirements-packaged.txt constraints.txt ./
RUN python -m venv --without-pip /opt/kubectl-ds && \
    python -m pip --python /opt/kubectl-ds/bin/python install --no-cache-dir --require-hashes -r requirements-packaged.txt
COPY . .
RUN PIP_CONSTRAINT=constraints.txt \
    python -m pip --python /opt/kubectl-ds/bin/python install --no-cache-dir --no-deps .

FROM ${PYTHON}
COPY --from=build /opt/kubectl-ds /opt/kubectl-ds
ENV PATH=/opt/kubectl-ds/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["kubectl-ds"]
