namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// What a kernel is worth with the best of its ridges, by cross-validation on some of the fitted rows.
type KernelTrial = {
    Kind: KernelKind
    Network: string
    /// Fitted rows that it was tried on.
    Rows: int
    /// How many ridges were tried; over the mean diagonal, the best.
    Ridges: int
    RelativeRidge: float
    /// Mean squared error and accuracy of rows whose fold was left out; none where the numbers refused, and why.
    Error: float option
    Accuracy: float option
    Refusal: string option
}

/// The choice of a kernel: ntk or nngp, depth, activation, σ_b and ridge. σ_w is none of it: without σ_b a ReLU network's kernel only grows
/// by it, with σ_b their ratio counts.
[<RequireQualifiedAccess>]
module KernelTrials =

    /// An activation of every hidden layer, each dense layer with this σ_b.
    let network (activation: string) (depth: int) (bias: float) : Result<Network, string> =
        let dense =
            if bias = 0.0 then
                "dense 1"
            else
                "dense 1 b=" + bias.ToString("R", System.Globalization.CultureInfo.InvariantCulture)

        [
            for _ in 1..depth do
                dense
                activation
            dense
        ]
        |> String.concat " | "
        |> NetworkText.parse

    /// The kernel as people read it: "ntk of dense 1 | relu | dense 1".
    let name (trial: KernelTrial) : string = $"%s{KernelKind.print trial.Kind} of %s{trial.Network}"

    /// The rows as the kernel sees them: of norm √d, where K of the first layer is σ_w² cos + σ_b².
    let scaled (rows: Matrix<float32>) =
        let norm = float32 (InputScale.norm rows.Columns InputScale.SqrtD)
        Matrix.map (fun x -> norm * x) rows

    let private attempt (kind, network: Network, most, ridges) (features: Features, split: Split) =
        let places = Probe.rows most split.Train.Length
        let rows = places |> Array.map (fun place -> split.Train[place])
        let name = $"the %s{KernelKind.print kind} kernel of %s{NetworkText.print network}"

        let fit =
            result {
                let! gram =
                    KernelKind.gram32
                        kind
                        network
                        (features.Labelled |> Matrix.gatherRows rows |> scaled)
                        None

                return!
                    SplitTweets.targets split rows
                    |> Matrix.create rows.Length 1
                    |> RidgeFit.fit
                        name
                        (RidgeSource.Selected { ridges with ChooseBy = RidgeChoice.CrossValidation })
                        (Some(places |> Array.map (fun place -> split.Folds[place])))
                        (KernelMatrix.Single gram)
            }

        let found = Result.toOption fit

        Ok {
            Kind = kind
            Network = NetworkText.print network
            Rows = rows.Length
            Ridges = (RidgeSettings.grid ridges).Length
            RelativeRidge = found |> Option.map _.Chosen.RelativeRidge |> Option.defaultValue ridges.Smallest
            Error = found |> Option.bind _.Chosen.CvError
            Accuracy = found |> Option.bind _.Chosen.CvAccuracy
            Refusal =
                match fit with
                | Ok _ -> None
                | Error reason -> Some reason.Sentence
        }

    /// One kernel on at most so many fitted rows, evenly spaced, in the folds that the split has put them in.
    let trial
        (most: int)
        (ridges: RidgeSettings)
        (kind: KernelKind, network: Network)
        : Stage<Features * Split, KernelTrial> = {
        Name = $"try-kernel/%s{KernelKind.print kind}/%s{NetworkText.print network}"
        Version = 1
        Settings = Fingerprint.describe (most, ridges)
        Codec = Codec.json "kernel-trial/1"
        Body = Pure(attempt (kind, network, most, ridges))
    }

    /// The least cross-validated error; of equals, the first. Where every kernel was refused, the first one's reason.
    let best (trials: KernelTrial seq) : Result<KernelTrial, PipelineError> =
        let judged = trials |> Seq.filter _.Error.IsSome |> Array.ofSeq

        if judged.Length > 0 then
            Ok(judged |> Array.minBy _.Error)
        else
            let reason = trials |> Seq.tryPick _.Refusal |> Option.defaultValue "no kernel was tried"
            Error(NumbersRefused reason)
