namespace NtkPipeline.Core

/// A question that a run may ask beside its first: what is known of it before it runs. Its stages, evidence, claims and chapter stand in
/// its own file, typed; its flow is a query in the host.
[<NoEquality; NoComparison>]
type Experiment = {
    /// Kebab case: as the setting `experiments` and its own settings begin.
    Name: string
    /// One sentence, with a question mark.
    Question: string
    Settings: Setting list
    /// What no single setting can know: every mistake, each naming its key. The texts have passed `Setting.check`, and the run's base
    /// network is given.
    Check: Map<string, string> -> RunSpec -> string list
    /// How much all its stages have to do, with settings and a base network that `Check` has passed, where nothing is cached
    /// (`Workload`): what `ntk status` says before it starts, right within a factor of two.
    Work: Map<string, string> -> RunSpec -> RunSizes -> float
}
