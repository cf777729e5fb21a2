namespace NtkPipeline.Core

/// Numbers and circumstances in words, for the sentences of verdicts.
[<RequireQualifiedAccess>]
module VerdictWords =

    let percent (share: float) : string = $"%.1f{100.0 * share}%%"

    /// A difference of shares in percentage points: "+0.3", "−1.2", "0.0".
    let signed (share: float) : string =
        match System.Math.Round(1000.0 * share) with
        | 0.0 -> "0.0"
        | tenths when tenths < 0.0 -> $"−%.1f{-tenths / 10.0}"
        | tenths -> $"+%.1f{tenths / 10.0}"

    let points (difference: Difference) : string =
        let value, lower, upper = signed difference.Value, signed difference.Lower, signed difference.Upper
        $"%s{value} percentage points (95%% band %s{lower} to %s{upper})"

    /// A difference of squared errors with its band: "0.031 (95% band 0.021 to 0.041)".
    let errors (difference: Difference) : string =
        let signed (x: float) = (sprintf "%.3f" x).Replace('-', '−')
        $"%s{signed difference.Value} (95%% band %s{signed difference.Lower} to %s{signed difference.Upper})"

    /// "1 seed", "3 seeds".
    let count (noun: string) (n: int) : string = if n = 1 then $"1 %s{noun}" else $"%d{n} %s{noun}s"

    let seeds (n: int) : string = count "seed" n
    let epochs (n: int) : string = count "epoch" n
    let configurations (n: int) : string = count "configuration" n
    let networks (n: int) : string = count "network" n
    let hiddenLayers (n: int) : string = count "hidden layer" n
    let tweets (n: int) : string = count "validation tweet" n

    /// "The only run", "Both runs", "All 3 runs".
    let every (n: int) : string =
        match n with
        | 1 -> "The only run"
        | 2 -> "Both runs"
        | n -> $"All %d{n} runs"

    /// The last epoch that any of the runs reached.
    let lastEpoch (runs: NetworkRun[]) : int =
        runs |> Array.collect _.Epochs |> Array.fold (fun most measures -> max most measures.Epoch) 0

    let private descent (runs: NetworkRun[]) =
        match runs |> Array.map (fun run -> run.Spec.BatchSize, run.Spec.Optimiser) |> Array.distinct with
        | [| 0, Optimiser.Descent |] -> ", full-batch gradient descent"
        | [| size, Optimiser.Descent |] -> $", minibatch SGD of batch %d{size}"
        | [| 0, optimiser |] -> $", %s{Optimiser.print optimiser} on full batches"
        | [| size, optimiser |] -> $", %s{Optimiser.print optimiser} on batches of %d{size}"
        | _ -> ""

    let private centring (runs: NetworkRun[]) =
        match runs |> Array.map _.Spec.Architecture.Centred |> Array.distinct with
        | [| true |] -> ", centred networks"
        | [| false |] -> ", networks not centred"
        | _ -> ""

    /// Where networks are not the written method's, the kernel regression still is.
    let private architecture (runs: NetworkRun[]) =
        match runs |> Array.map _.Spec.Architecture.Text |> Array.distinct with
        | [| one |] when (Architecture.firstOfTokens one).IsSome ->
            $", networks %s{one} (kernel regression: the same, infinitely wide)"
        | [| one |] when one <> Architecture.written.Text ->
            $", networks %s{one} (kernel regression: %s{Architecture.written.Text})"
        | _ -> ""

    let private outputScale (runs: NetworkRun[]) =
        match runs |> Array.map _.Spec.Architecture.OutputScale |> Array.distinct with
        | [| alpha |] when alpha <> 1.0 -> $", output scale α = %g{alpha}"
        | _ -> ""

    /// Norm of the inputs, learning rate and budget of runs that share them; `length` says how long they were trained.
    let settingOf (length: string) (spec: RunSpec) (runs: NetworkRun[]) : string =
        let members = runs |> Array.map _.Spec.Member |> Array.distinct |> Array.length

        let budget =
            $"%s{length}%s{descent runs}, %s{seeds members}%s{centring runs}%s{outputScale runs}%s{architecture runs}"

        $"%s{InputScale.words spec.InputScale}, learning rate %g{spec.Rate} × %s{Optimiser.unit spec.Optimiser}, %s{budget}"

    /// The same of runs that are looked at after their last epoch.
    let setting (spec: RunSpec) (runs: NetworkRun[]) : string = settingOf (epochs spec.Epochs) spec runs

    let tuned (kernel: KernelRegression) : string =
        let accuracy = percent kernel.Validation.Accuracy
        $"the tuned kernel regression (λ = %.3g{kernel.Chosen.RelativeRidge} × mean diagonal) %s{accuracy}"

    let ridgeless (kernel: KernelRegression) : string =
        let accuracy = percent kernel.SmallestRidgeValidation.Accuracy
        let relative = kernel.SmallestRidge / kernel.MeanDiagonal
        $"the nearly ridgeless kernel (λ = %.3g{relative} × mean diagonal, %s{accuracy})"

    /// The runs that diverged, in a sentence of its own; empty where none did.
    let diverged (runs: NetworkRun[]) : string =
        match runs |> Array.filter (Group.isSound >> not) |> Array.length with
        | 0 -> ""
        | n -> $"""Left out: %d{n} of %s{count "run" runs.Length}, which diverged."""

    /// "1 network diverged and is left out."
    let leftOut (n: int) : string =
        $"""%s{networks n} diverged and %s{if n = 1 then "is" else "are"} left out."""

    /// The sentences that say something, joined.
    let join (sentences: string list) : string =
        sentences |> List.filter (fun sentence -> sentence <> "") |> String.concat " "
