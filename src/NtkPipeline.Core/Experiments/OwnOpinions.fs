namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// What a model of one's own says of a new row.
type OwnOpinion = {
    /// "your model mine.onnx, fine-tuned", or "… as it comes".
    Model: string
    /// Epochs of fine-tuning after which it speaks; 0 as it comes.
    Epoch: int
    /// A class's name, or the number.
    Said: string
    /// The task's outputs; of numbers in their own unit.
    Outputs: float[]
    /// On the validation rows: the share named right, or R².
    Quality: float
}

/// A run's model of one's own, as far as it is needed to predict.
type FinishedOwn = {
    Setup: OwnSetup
    File: byte[]
    Facts: OwnFacts
    Rows: OwnRows
    Tuned: OwnTuned
    Evidence: OwnEvidence
}

/// New rows → what the model says of them, fine-tuned, where it is judged, and as it comes. Nothing is trained.
[<RequireQualifiedAccess>]
module OwnOpinions =

    let private outputs (own: FinishedOwn) (f: OwnFunction) (fresh: Matrix<float32>) =
        OwnTune.refusing own.Setup (fun () ->
            let said =
                (Tensors.ofMatrix32 fresh).``to`` f.Model.Type
                |> OwnFunction.values f
                |> Matrix.create fresh.Rows f.OutputCount

            match Matrix.firstNonFinite said with
            | Some(row, k) ->
                Error(
                    NumbersRefused
                        $"%s{own.Setup.File}: its output for new row %d{row} (from 0) is %g{said[row, k]}, not a finite number; leave that row out"
                )
            | None -> Ok(TaskTargets.decode (OwnRows.targets own.Setup.Task own.Rows) said))

    /// As the run has judged it.
    let private quality (evidence: OwnEvidence) (id: string) =
        evidence.Models
        |> Array.tryPick (fun scores ->
            if scores.Id = id then
                TaskScores.find evidence.Measure scores.Measures
            else
                None)
        |> Option.defaultWith (fun () -> invalidArg (nameof id) $"'%s{id}' was not judged")

    let private opinion (own: FinishedOwn) (id, words, epoch, said) row : OwnOpinion = {
        Model = $"your model %s{own.Evidence.File}%s{words}"
        Epoch = epoch
        Said = PredictTask.word own.Setup.Task (TaskTargets.named own.Setup.Task said row)
        Outputs = (Matrix.row row said).ToArray()
        Quality = quality own.Evidence id
    }

    /// `fresh`: rows as the model is given them (`OwnRows.given`). One array a row.
    let all (own: FinishedOwn) (fresh: Matrix<float32>) : Result<OwnOpinion[][], PipelineError> =
        result {
            use _ = torch.NewDisposeScope()
            let! f = OwnLook.opened own.Setup (own.File, own.Facts) own.Rows
            let! start = outputs own f fresh

            let! tuned =
                match own.Evidence.Judged, own.Tuned.Weights with
                | Some epoch, Some weights ->
                    OwnWeights.put weights f

                    outputs own f fresh
                    |> Result.map (fun said -> [ "fine-tuned", ", fine-tuned", epoch, said ])
                | Some _, None
                | None, _ -> Ok []

            let states = tuned @ [ "as-it-comes", " as it comes", 0, start ]
            return Array.init fresh.Rows (fun row -> [| for state in states -> opinion own state row |])
        }

    /// What is to be said of all of it.
    let remark (own: FinishedOwn) : string option =
        match own.Evidence.Judged with
        | Some _ -> None
        | None ->
            Some
                $"Your model %s{own.Evidence.File} speaks as it comes alone: fine-tuning did not come to where it is judged."
