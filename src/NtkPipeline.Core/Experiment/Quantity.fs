namespace NtkPipeline.Core

/// What is measured of a network, after each tracked epoch or once.
[<RequireQualifiedAccess>]
type Quantity =
    | Accuracy
    | F1
    | Auc
    | TrainLoss
    | TrainAccuracy
    /// Validation accuracy of the infinitely wide network, and of the linearised one, trained by the very same steps.
    | KernelAccuracy
    | LinearisedAccuracy
    /// ‖Θ̂_T − Θ̂₀‖/‖Θ̂₀‖ on all training rows, over all of training; by epoch, on the probe rows.
    | DeltaTheta
    /// ‖Θ̂₀ − Θ‖/‖Θ‖ on all training rows, before any training.
    | InitKernelError
    /// rms on the validation rows.
    | GapToKernel
    | GapToLinearised
    /// ‖W_t − W₀‖/‖W₀‖ of a dense layer, from 0 at the input side.
    | WeightMovement of layer: int
    /// ‖h_l(t) − h_l(0)‖/‖h_l(0)‖ of what an activation gives on the probe rows, from 0 at the input side.
    | FeatureMovement of layer: int
    | FlippedGates
    | AlignmentWithTargets
    | AlignmentWithInitial
    /// Alignment with the targets of a dense layer's part of the tangent kernel, from 0 at the input side.
    | LayerAlignment of layer: int
    | EffectiveRank

[<RequireQualifiedAccess>]
module Quantity =

    let private plain: (Quantity * string) list = [
        Quantity.Accuracy, "accuracy"
        Quantity.F1, "f1"
        Quantity.Auc, "auc"
        Quantity.TrainLoss, "trainLoss"
        Quantity.TrainAccuracy, "trainAccuracy"
        Quantity.KernelAccuracy, "kernelAccuracy"
        Quantity.LinearisedAccuracy, "linearisedAccuracy"
        Quantity.DeltaTheta, "deltaTheta"
        Quantity.InitKernelError, "initKernelError"
        Quantity.GapToKernel, "gapToKernel"
        Quantity.GapToLinearised, "gapToLinearised"
        Quantity.FlippedGates, "flippedGates"
        Quantity.AlignmentWithTargets, "alignmentWithTargets"
        Quantity.AlignmentWithInitial, "alignmentWithInitial"
        Quantity.EffectiveRank, "effectiveRank"
    ]

    let print (quantity: Quantity) : string =
        match quantity with
        | Quantity.WeightMovement layer -> $"weightMovement%d{layer}"
        | Quantity.FeatureMovement layer -> $"featureMovement%d{layer}"
        | Quantity.LayerAlignment layer -> $"layerAlignment%d{layer}"
        | other -> plain |> List.find (fst >> (=) other) |> snd

    let private ofLayers: (string * (int -> Quantity)) list = [
        "weightMovement", Quantity.WeightMovement
        "featureMovement", Quantity.FeatureMovement
        "layerAlignment", Quantity.LayerAlignment
    ]

    /// "weightMovement2" and the like: a word and the number of a layer.
    let private ofLayer (text: string) : Quantity option =
        ofLayers
        |> List.tryPick (fun (word, quantity) ->
            let layer =
                if text.StartsWith(word, System.StringComparison.Ordinal) then
                    text[word.Length ..]
                else
                    ""

            if layer <> "" && layer.Length < 4 && Seq.forall System.Char.IsAsciiDigit layer then
                Some(quantity (int layer))
            else
                None)

    let parse (text: string) : Result<Quantity, string> =
        match plain |> List.tryFind (snd >> (=) text) |> Option.map fst |> Option.orElse (ofLayer text) with
        | Some quantity -> Ok quantity
        | None -> Error $"'%s{text}' is no quantity that is measured"

    /// As a reader knows it.
    let words (quantity: Quantity) : string =
        match quantity with
        | Quantity.Accuracy -> "validation accuracy"
        | Quantity.F1 -> "validation F1"
        | Quantity.Auc -> "validation AUC"
        | Quantity.TrainLoss -> "training loss"
        | Quantity.TrainAccuracy -> "training accuracy"
        | Quantity.KernelAccuracy -> "validation accuracy of the kernel, trained by the same steps"
        | Quantity.LinearisedAccuracy ->
            "validation accuracy of the linearised network, trained by the same steps"
        | Quantity.DeltaTheta -> "ΔΘ, movement of the tangent kernel"
        | Quantity.InitKernelError -> "‖Θ̂₀ − Θ‖/‖Θ‖, error of the initial kernel"
        | Quantity.GapToKernel -> "rms gap to the kernel"
        | Quantity.GapToLinearised -> "rms gap to the linearised network"
        | Quantity.WeightMovement layer -> $"‖W_t − W₀‖/‖W₀‖ of layer %d{layer + 1}"
        | Quantity.FeatureMovement layer -> $"‖h_t − h₀‖/‖h₀‖ of hidden layer %d{layer + 1}"
        | Quantity.FlippedGates -> "share of flipped gates"
        | Quantity.AlignmentWithTargets -> "alignment of the tangent kernel with the targets"
        | Quantity.AlignmentWithInitial -> "alignment of the tangent kernel with its start"
        | Quantity.LayerAlignment layer ->
            $"alignment of layer %d{layer + 1}'s part of the tangent kernel with the targets"
        | Quantity.EffectiveRank -> "effective rank of the tangent kernel"

    let private rms (gap: Gap option) = gap |> Option.map _.Rms

    /// After one epoch; none where it was not measured, or is measured once.
    let atEpoch (quantity: Quantity) (measures: EpochMeasures) : float option =
        match quantity with
        | Quantity.Accuracy -> Some measures.Validation.Accuracy
        | Quantity.F1 -> Some measures.Validation.F1
        | Quantity.Auc -> Some measures.Validation.Auc
        | Quantity.TrainLoss -> Some measures.TrainLoss
        | Quantity.TrainAccuracy -> Some measures.TrainAccuracy
        | Quantity.KernelAccuracy -> measures.KernelAccuracy
        | Quantity.LinearisedAccuracy -> measures.LinearisedAccuracy
        | Quantity.DeltaTheta -> Some measures.DeltaTheta
        | Quantity.InitKernelError -> None
        | Quantity.GapToKernel -> rms measures.GapToKernelValidation
        | Quantity.GapToLinearised -> rms measures.GapToLinearisedValidation
        | Quantity.WeightMovement layer -> Array.tryItem layer measures.WeightMovement
        | Quantity.FeatureMovement layer -> Array.tryItem layer measures.FeatureMovement
        | Quantity.FlippedGates -> measures.FlippedGates
        | Quantity.AlignmentWithTargets -> Some measures.AlignmentWithTargets
        | Quantity.AlignmentWithInitial -> Some measures.AlignmentWithInitial
        | Quantity.LayerAlignment layer -> Array.tryItem layer measures.LayerAlignment
        | Quantity.EffectiveRank -> measures.EffectiveRank

    /// Of a whole run, after its last epoch; none where the run diverged, but for what its first weights alone decide.
    let ofRun (quantity: Quantity) (run: NetworkRun) : float option =
        match quantity with
        | Quantity.InitKernelError -> Some run.InitKernelError
        | _ when run.Diverged.IsSome -> None
        | Quantity.DeltaTheta -> run.DeltaTheta
        | other -> run.Epochs |> Array.tryLast |> Option.bind (atEpoch other)
