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

    /// A difference of R²: "+0.012", "−0.170", "0.000".
    let signedScore (difference: float) : string =
        match System.Math.Round(1000.0 * difference) with
        | 0.0 -> "0.000"
        | thousandths when thousandths < 0.0 -> $"−%.3f{-thousandths / 1000.0}"
        | thousandths -> $"+%.3f{thousandths / 1000.0}"

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

    let private texts (specs: RunSpec seq) =
        specs |> Seq.map _.Architecture.Text |> Seq.distinct |> List.ofSeq

    /// The network whose infinite width kernel regression is beside these; none where there are none, or several over tokens.
    let limit (specs: RunSpec seq) : string option =
        match texts specs with
        | [] -> None
        | [ one ] when (Architecture.firstOfTokens one).IsSome -> Some one
        | some when some |> List.exists (Architecture.firstOfTokens >> Option.isSome) -> None
        | _ -> Some Architecture.written.Text

    /// Where networks are not the written method's: they, and the kernel that they are compared with, which over rows still is.
    let compared (specs: RunSpec seq) : string option =
        match texts specs with
        | [ one ] when (Architecture.firstOfTokens one).IsSome ->
            Some $"networks %s{one} (kernel regression: the same, infinitely wide)"
        | [ one ] when one <> Architecture.written.Text ->
            Some $"networks %s{one} (kernel regression: %s{Architecture.written.Text})"
        | _ -> None

    /// " of conv m size=3 | relu | mean-pool | dense 1, infinitely wide" where the networks are not the written method's.
    let ofLimit (specs: RunSpec seq) : string =
        match compared specs, limit specs with
        | Some _, Some network -> $" of %s{network}, infinitely wide"
        | _ -> ""

    /// What they are compared with, behind a setting.
    let architecture (specs: RunSpec seq) : string =
        match compared specs with
        | Some words -> $", %s{words}"
        | None -> ""

    let private outputScale (runs: NetworkRun[]) =
        match runs |> Array.map _.Spec.Architecture.OutputScale |> Array.distinct with
        | [| alpha |] when alpha <> 1.0 -> $", output scale α = %g{alpha}"
        | _ -> ""

    /// Norm of the inputs, learning rate and budget of runs that share them; `length` says how long they were trained.
    let settingOf (length: string) (spec: RunSpec) (runs: NetworkRun[]) : string =
        let members = runs |> Array.map _.Spec.Member |> Array.distinct |> Array.length

        let budget =
            $"%s{length}%s{descent runs}, %s{seeds members}%s{centring runs}%s{outputScale runs}%s{architecture (runs |> Array.map _.Spec)}"

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
