namespace NtkPipeline.Core

/// A network of a learned sum of kernels, as text that `ntk kernel` reads.
type LearnedNetwork = { Weight: float; Network: string }

/// What was learned, as it is written down.
type LearnedReport = {
    Kind: KernelKind
    /// What was minimised, a row and an output.
    Objective: string
    Rows: int
    Networks: LearnedNetwork[]
    Ridge: float
    Parameters: LearnedParameter[]
    Start: float
    End: float
    /// The objective at the start and after each step; it never rises.
    Trace: float[]
    Steps: int
    Evaluations: int
    /// The gradient's largest entry at the end, by logarithms of the parameters that are not held at the end of their range.
    LargestGradient: float
    StoppedBy: string
}

[<RequireQualifiedAccess>]
module LearnedReport =

    let private objective (by: LearnBy) =
        match by with
        | LearnBy.Likelihood -> "negative log marginal likelihood a row"
        | LearnBy.LeaveOneOut -> "mean square leave-one-out error"

    let private stopped (reason: StopReason) =
        match reason with
        | StopReason.Gradient -> "a small gradient"
        | StopReason.Progress -> "no further progress"
        | StopReason.Steps -> "the limit of steps"

    let create (kind: KernelKind) (by: LearnBy) (rows: int) (learned: LearnedKernel) : LearnedReport = {
        Kind = kind
        Objective = objective by
        Rows = rows
        Networks =
            learned.Networks
            |> List.mapi (fun k network -> {
                Weight = learned.Weights[k]
                Network = NetworkText.print network
            })
            |> Array.ofList
        Ridge = learned.Ridge
        Parameters = learned.Parameters
        Start = learned.Minimum.Trace[0]
        End = learned.Minimum.Value
        Trace = learned.Minimum.Trace
        Steps = learned.Minimum.Trace.Length - 1
        Evaluations = learned.Minimum.Evaluations
        LargestGradient =
            Array.zip learned.Parameters learned.Minimum.Gradient
            |> Array.map (fun (parameter, slope) -> if parameter.IsHeld then 0.0 else abs slope)
            |> Array.max
        StoppedBy = stopped learned.Minimum.StoppedBy
    }

    /// How every such file begins.
    let beginning: string = "{\n  \"kind\": "

    let codec: Codec<LearnedReport> = Codec.json "learned-kernel/1"
