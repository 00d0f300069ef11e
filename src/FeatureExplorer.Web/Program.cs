using FeatureExplorer.Storage;
using FeatureExplorer.Web;

var data = args is ["--data", var folder, ..] ? folder : "data/local";
await WebHost.Build(new WebHostOptions { Database = FeatureDatabase.Open(new DataFolder(data)) }).RunAsync();
