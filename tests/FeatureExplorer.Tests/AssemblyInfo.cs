// The engine's tests use every core themselves, and some set the number of worker threads, which all share.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
