namespace NtkPipeline.Core

/// The charts of what networks learn beside their targets: weights, features, gates, alignment and rank.
[<RequireQualifiedAccess>]
module FeatureCurves =

    let private conditions = [ Axis.inputScale; Axis.rate ]

    let private byLayer (layers: int) (quantity: int -> Quantity) : Ordinate list = [
        for layer in 0 .. layers - 1 ->
            {
                Name = $"layer %d{layer + 1}"
                Quantity = quantity layer
                Moment = Moment.End
            }
    ]

    /// Weights, features, gates, alignment and rank against width. `layers`: how many dense layers the networks have; `hidden`: how many
    /// activations.
    let againstWidth (layers: int) (hidden: int) : Curve list = [
        {
            Curve.create
                "weight-movement"
                "Movement of the weights"
                "‖W_T − W₀‖/‖W₀‖ of each layer, input side first. A lazy network fits its targets by moving every weight a little."
                (Quantity.WeightMovement 0)
                (Abscissa.Along Axis.width)
                conditions with
                Ordinates = byLayer layers Quantity.WeightMovement
        }
        if hidden > 0 then
            {
                Curve.create
                    "feature-movement"
                    "Movement of the features"
                    "‖h_T − h₀‖/‖h₀‖ of what each hidden layer gives on the probe rows. A network that is its kernel computes the features that it was born with; one that learns features moves them."
                    (Quantity.FeatureMovement 0)
                    (Abscissa.Along Axis.width)
                    conditions with
                    Ordinates = byLayer hidden Quantity.FeatureMovement
            }
        Curve.create
            "flipped-gates"
            "Gates that flipped"
            "Share of (row, hidden unit) pairs of the probe that were on and are off, or the reverse, after the last epoch. A fixed kernel has fixed gates. Networks without a ReLU or its like have none."
            Quantity.FlippedGates
            (Abscissa.Along Axis.width)
            conditions
        {
            Curve.create
                "alignment-targets"
                "Alignment of the tangent kernel with the targets"
                "Centred kernel alignment of Θ̂ with yyᵀ on the probe, 0 to 1. A kernel whose alignment rises has bent towards the task; one whose alignment falls has turned from it."
                Quantity.AlignmentWithTargets
                (Abscissa.Along Axis.width)
                conditions with
                Ordinates = Curve.beforeAndAfter Quantity.AlignmentWithTargets
                Seen = StartToEnd.words "the alignment" Quantity.AlignmentWithTargets
        }
        {
            Curve.create
                "effective-rank"
                "Effective rank of the tangent kernel"
                "exp of the entropy of the probe kernel's eigenvalues: how many directions it really uses. A kernel whose rank falls is spent on fewer directions than it was, one whose rank rises on more."
                Quantity.EffectiveRank
                (Abscissa.Along Axis.width)
                conditions with
                Ordinates = Curve.beforeAndAfter Quantity.EffectiveRank
                Seen = StartToEnd.words "the effective rank" Quantity.EffectiveRank
        }
    ]

    /// Through training: a chart for each input scale and rate, a line a width.
    let whileTraining: Curve list = [
        {
            Curve.create
                "alignment-epochs"
                "Alignment with the targets while training"
                "Centred kernel alignment of Θ̂ with yyᵀ on the probe after each tracked epoch, 0 to 1. Mean over seeds; bands are one standard deviation."
                Quantity.AlignmentWithTargets
                Abscissa.Epoch
                [ Axis.width ] with
                Panels = conditions
                Seen = StartToEnd.words "the alignment" Quantity.AlignmentWithTargets
        }
        {
            Curve.create
                "alignment-start-epochs"
                "Alignment with the kernel at the start while training"
                "Centred kernel alignment of Θ̂ with Θ̂₀ on the probe after each tracked epoch: 1 as long as the kernel has changed by a factor and a constant alone. Mean over seeds; bands are one standard deviation."
                Quantity.AlignmentWithInitial
                Abscissa.Epoch
                [ Axis.width ] with
                Panels = conditions
        }
    ]
