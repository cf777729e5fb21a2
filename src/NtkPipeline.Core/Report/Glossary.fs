namespace NtkPipeline.Core

open Giraffe.ViewEngine

/// What a newcomer needs in order to read the report, and what the report cannot say.
[<RequireQualifiedAccess>]
module Glossary =

    let private terms = [
        "width m",
        "The number of hidden units. The written method's network is f(x) = (1/√m) W₂ relu(W₁x/√d), every weight drawn from N(0, 1) and trained (NTK parameterisation)."
        "neural tangent kernel (NTK), Θ",
        "How much a training step on one input moves the output at another: Θ̂(x, z) = ∇f(x)·∇f(z). As m grows it tends to a fixed, known kernel Θ, and training becomes regression with Θ."
        "Θ̂₀, Θ̂_t", "The tangent kernel of one finite network at its random start and after some training."
        "ΔΘ",
        "‖Θ̂_t − Θ̂₀‖/‖Θ̂₀‖ in the Frobenius norm: how far the kernel has moved. 0% is a fixed kernel; 100% is a change as large as the kernel itself."
        "lazy",
        "A network that fits its targets while ΔΘ stays small, so that it behaves like a fixed kernel. The opposite is feature learning: the kernel turns towards the task."
        "linearised network",
        "The network replaced by its tangent at the start, f(x; θ₀) + ∇f(x; θ₀)(θ − θ₀), and trained by the same steps. It keeps the random kernel Θ̂₀, so it parts laziness from the luck of the draw."
        "ridge λ",
        "Regularisation of kernel regression: α = (Θ + λI)⁻¹ y. A small λ follows every label, noise included; a large one smooths. Reported as it is added, and relative to the kernel's mean diagonal."
        "centred",
        "A centred network subtracts its own output at the start, so that it begins at 0 as the kernel does."
        "input scale",
        "The norm that inputs are brought to. At ‖x‖ = 1 (\"unit\", the method as written) weights must travel far to reach targets of ±1; at ‖x‖ = √d (\"sqrt-d\") they need not. Both are shown because they differ."
        "unit of learning rate",
        "N/Λ_max, from the largest eigenvalue of the analytic kernel: full-batch descent is unstable from 2 units on. For Adam and sign descent, which move every parameter by one size, √(N/(Λ_max P))/10, with P parameters."
        "epoch, step", "An epoch passes once over the fitted rows; a step is one update of the weights."
        "chosen epoch",
        "The epoch at which a network that did not train on some of the fitted rows met these with the least squared error. The others of its kind are judged there, as kernel regression is at its chosen ridge. No validation row has a part in the choice."
        "log loss",
        "−log of the probability that a model gives to the class which came true, on average: 0 is perfect, .693 is a coin's. Outputs become probabilities by a sigmoid fitted on training rows left out (calibration)."
        "probe",
        "A fixed subset of the training rows on which kernels are compared between the first and the last epoch."
        "alignment",
        "The cosine between two centred kernel matrices, 0 to 1. With yyᵀ it says how much of the kernel points at the labels."
        "effective rank, effective dimension",
        "How many directions a kernel really uses: exp of the entropy of its eigenvalues; Σ Λ/(Λ + λ) for a regression with ridge λ."
        "F1, AUC",
        "F1 is the harmonic mean of precision and recall of the positive class. AUC is the chance that a positive row is ranked above a negative one."
        "ROC curve",
        "Receiver operating characteristic: which share of the positive rows lies above a cut, against the share of the negative rows that does, as the cut falls. The area under it is the AUC: 1 where every positive row lies above every negative one, ½ by chance."
        "confusion matrix",
        "How many rows of each class were given each name. On its diagonal they were named right; the diagonal's share of all rows is the accuracy."
        "learning curve",
        "How good a model is against the number of rows that it was fitted on, judged on the same other rows. Where it still rises, more rows would help."
        "Brier score",
        "Mean of (p − 1)² for positive and p² for negative rows, p being the probability that was given to the positive class. 0 is perfect; saying ½ of every row gives 0.25. It counts both how well rows are told apart and how true the probabilities are."
        "calibration error",
        "Rows are sorted by their probability into ten bins; in each, the mean probability is set against the share of rows that are positive. The differences, weighed by the bins' rows, add up to the expected calibration error: 0% where 70% means seven rows of ten."
        "log loss",
        "Mean of −log of the probability that was given to a row's own class: 0 is perfect, and a sure mistake costs most."
        "R², RMSE",
        "Of numbers: RMSE is the root mean square of prediction less label, in the labels' unit. R² is 1 − RMSE²/variance of the labels: 1 is perfect, 0 is no better than their mean, below 0 it is worse."
        "certificate",
        "What was checked of the solved equations themselves. The residual ‖(Θ + λI)α − y‖/‖y‖ says how far the solution misses them; the condition number, by what factor rounding may have grown, its logarithm how many of 16 digits may be lost. A solution that misses is refused, not reported."
        "band",
        "The shaded or whiskered spread around a mean; each caption says of what. Over seeds it is one standard deviation, or the smallest and the largest seed. A 95% band comes from the bootstrap: rows and seeds are drawn anew, with replacement, many times, and the middle 95% of the results is kept. A claim holds or fails where its band lies on one side alone."
        "gap",
        "Root mean square of the difference of two functions on the validation rows, in output units; the targets are ±1."
    ]

    let entries: XmlNode =
        dl [] [
            for term, meaning in terms do
                dt [] [ str term ]
                dd [] (Powers.html meaning)
        ]

    /// What chance leaves open of an accuracy such as the kernel's, as the answer says it.
    let private chance (rows: int) (accuracy: float) =
        let deciding = NumberText.many rows "validation row decides" "validation rows decide"

        $"%s{deciding} every accuracy. That of kernel regression, %s{NumberText.accuracy accuracy}, is known so far by chance alone: %s{ChanceWords.ofAccuracy rows accuracy}. Smaller differences mean little."

    let private limitsOf (findings: Findings) = [
        if findings.Data.Synthetic then
            "The data is a synthetic sample: texts written by a program. Its numbers show that the pipeline works and what a report looks like; they say nothing about people's tweets."
        chance findings.Data.ValidationRows findings.Kernel.Validation.Accuracy
        "Spreads over seeds show the luck of initialisation and of batches. They do not show what another split of the data would give."
        "Verdicts hold for the settings they name: encoder, features, input scale, learning rate and budget of epochs. Another budget may turn them."
        match findings.Networks |> Array.map _.Spec.Architecture |> Array.distinctBy _.Text with
        | [| network |] when Architecture.isWritten network ->
            "One hidden layer of ReLU units and one output. Width and laziness may trade differently in deeper networks."
        | networks ->
            let texts = networks |> Array.map _.Text |> String.concat "; "

            $"The networks are %s{texts}. Kernel regression has the kernel of %s{Architecture.written.Text}; each network's gaps are to the kernel of its own infinite width."
        "The tangent kernel is followed on a probe between the first and the last epoch, and on all training rows at those two."
    ]

    let limits (findings: Findings) : XmlNode =
        ul [] [
            for limit in limitsOf findings do
                li [] (Powers.html limit)
        ]
