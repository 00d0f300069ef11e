# Build: the whole SDK. docker build -t featureexplorer .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/FeatureExplorer.Engine/*.csproj src/FeatureExplorer.Engine/packages.lock.json src/FeatureExplorer.Engine/
COPY src/FeatureExplorer.Analysis/*.csproj src/FeatureExplorer.Analysis/packages.lock.json src/FeatureExplorer.Analysis/
COPY src/FeatureExplorer.Storage/*.csproj src/FeatureExplorer.Storage/packages.lock.json src/FeatureExplorer.Storage/
COPY src/FeatureExplorer.Training/*.csproj src/FeatureExplorer.Training/packages.lock.json src/FeatureExplorer.Training/
COPY src/FeatureExplorer.Torch/*.csproj src/FeatureExplorer.Torch/packages.lock.json src/FeatureExplorer.Torch/
COPY src/FeatureExplorer.Web/*.csproj src/FeatureExplorer.Web/*.targets src/FeatureExplorer.Web/packages.lock.json src/FeatureExplorer.Web/
RUN dotnet restore src/FeatureExplorer.Web --locked-mode
COPY src src
COPY data/demo data/demo
COPY wwwroot wwwroot
RUN dotnet publish src/FeatureExplorer.Web -c Release --no-restore -o /app

# libtorch for NVIDIA cards: gigabytes, in the target "cuda" alone.
FROM build AS torch
COPY scripts/TorchRuntime scripts/TorchRuntime
RUN dotnet publish scripts/TorchRuntime -r linux-x64 -p:Torch=cuda-linux -o /torch

# Run: docker run -p 8080:8080 -v featureexplorer:/data featureexplorer
FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS processor
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /data && chown app:app /data && chmod 700 /data
WORKDIR /app
COPY --from=build /app .
USER app
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD curl --fail --silent http://localhost:8080/healthz/live || exit 1
ENTRYPOINT ["dotnet", "FeatureExplorer.Web.dll"]
CMD ["serve", "--data", "/data", "--urls", "http://+:8080"]

# With a card: docker build --target cuda -t featureexplorer-cuda . && docker run --gpus all -p 8080:8080 -v featureexplorer:/data featureexplorer-cuda
FROM processor AS cuda
COPY --from=torch /torch /torch
ENV FEATUREEXPLORER_Torch__LibraryPath=/torch

# What is built without --target.
FROM processor
