namespace NtkPipeline.Core

open System
open System.Globalization

/// How gradients g of ½·mean((f − y)²), over all rows or over a batch of them, become steps of the parameters.
[<RequireQualifiedAccess>]
type Optimiser =
    /// θ ← θ − η g.
    | Descent
    /// The heavy ball (Polyak 1964): v ← β v + g, θ ← θ − η v; that is, θ_{t+1} = θ_t − η g_t + β (θ_t − θ_{t−1}).
    | Momentum of beta: float
    /// Kingma and Ba 2015: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², and after t steps
    /// θ ← θ − s · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε), entry by entry.
    | Adam of beta1: float * beta2: float * epsilon: float
    /// θ ← θ − s · sign(g), entry by entry; where g is 0, so is the step.
    | SignDescent

[<RequireQualifiedAccess>]
module Optimiser =

    /// Adam with the numbers of its paper.
    let adam: Optimiser = Optimiser.Adam(0.9, 0.999, 1e-8)

    let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant()

    let print (optimiser: Optimiser) : string =
        match optimiser with
        | Optimiser.Descent -> "descent"
        | Optimiser.Momentum beta -> $"momentum(%s{number beta})"
        | Optimiser.Adam(beta1, beta2, epsilon) when optimiser <> adam ->
            $"adam(%s{number beta1}, %s{number beta2}, %s{number epsilon})"
        | Optimiser.Adam _ -> "adam"
        | Optimiser.SignDescent -> "sign"

    /// Why there is no such optimiser, in one sentence, if so.
    let refusal (optimiser: Optimiser) : string option =
        let isShare x = x >= 0.0 && x < 1.0

        match optimiser with
        | Optimiser.Descent
        | Optimiser.SignDescent -> None
        | Optimiser.Momentum beta when isShare beta -> None
        | Optimiser.Momentum beta -> Some $"β of momentum is at least 0 and below 1, not %s{number beta}"
        | Optimiser.Adam(beta1, beta2, epsilon) when
            isShare beta1 && isShare beta2 && epsilon > 0.0 && Double.IsFinite epsilon
            ->
            None
        | Optimiser.Adam(beta1, beta2, epsilon) ->
            Some
                $"β₁ and β₂ of adam are at least 0 and below 1 and ε is above 0, not %s{number beta1}, %s{number beta2} and %s{number epsilon}"

    let private numbers (text: string) =
        let parsed =
            text.Split ','
            |> Array.map (fun part -> Double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture))

        if Array.forall fst parsed then
            Some(parsed |> Array.map snd |> List.ofArray)
        else
            None

    /// "momentum(0.9)" as name and numbers; no numbers where there are no brackets.
    let private parts (text: string) =
        match text.IndexOf '(' with
        | -1 -> Some(text, [])
        | start when text.EndsWith ')' ->
            numbers text[start + 1 .. text.Length - 2]
            |> Option.map (fun values -> text[.. start - 1].TrimEnd(), values)
        | _ -> None

    let parse (text: string) : Result<Optimiser, string> =
        let found =
            match parts (text.Trim()) with
            | Some("descent", []) -> Some Optimiser.Descent
            | Some("momentum", [ beta ]) -> Some(Optimiser.Momentum beta)
            | Some("adam", []) -> Some adam
            | Some("adam", [ beta1; beta2; epsilon ]) -> Some(Optimiser.Adam(beta1, beta2, epsilon))
            | Some("sign", []) -> Some Optimiser.SignDescent
            | Some _
            | None -> None

        let unheld =
            text.Split([| '('; ','; ')' |], StringSplitOptions.TrimEntries)
            |> Array.tryPick (fun part ->
                FloatRange.refusal part
                |> Option.map (fun reason -> $"'%s{PlainLine.ofWords part}': %s{reason}"))

        match found, unheld |> Option.orElse (Option.bind refusal found) with
        | _, Some reason -> Error reason
        | Some optimiser, None -> Ok optimiser
        | None, None ->
            Error
                $"'%s{text}' is not an optimiser; there are descent, momentum(0.9), adam, adam(0.9, 0.999, 1e-8) and sign"

    /// β where steps are linear in the gradients, so that the kernel alone tells what they do to the outputs of a model that is
    /// linear in its parameters; 0 for plain descent. None where every parameter's step depends on its own gradient in another
    /// way: no kernel knows those, and there is no descent in function space to compare with.
    let momentum (optimiser: Optimiser) : float option =
        match optimiser with
        | Optimiser.Descent -> Some 0.0
        | Optimiser.Momentum beta -> Some beta
        | Optimiser.Adam _
        | Optimiser.SignDescent -> None

    /// The rate, in its unit, below which full-batch training of a model that is linear in its parameters is stable: 2(1 + β)
    /// (Polyak 1964). None where steps do not shrink with the gradients, and training hovers instead.
    let stableBelow (optimiser: Optimiser) : float option =
        momentum optimiser |> Option.map (fun beta -> 2.0 * (1.0 + beta))

    /// What a rate of 1 stands for, as it is written.
    let unit (optimiser: Optimiser) : string =
        match momentum optimiser with
        | Some _ -> "N/Λ_max"
        | None -> "√(N/(Λ_max P))/10"

    /// η or s for a rate in its unit, given the largest eigenvalue Λ_max of the infinite-width kernel of N training rows and the
    /// number P of the network's parameters.
    ///
    /// Descent and momentum: a rate of 1 is N/Λ_max, at which a full-batch step of plain descent takes all that is left along the
    /// leading eigenvector. Under momentum, steps add up to 1/(1 − β) times that.
    ///
    /// Adam and sign descent move every parameter by about s. For a residual of RMS 1 along the leading eigenvector ‖g‖ is
    /// √(Λ_max/N), so that descent at its unit moves the weights by √(N/Λ_max), in norm, and the outputs by RMS 1. Steps of one size
    /// are as long at s = √(N/(Λ_max P)), and move the outputs by ‖g‖₁/(√P ‖g‖) ≤ 1 of that: √(2/π) for Gaussian entries of one
    /// size, about a half for one hidden layer of ReLUs, half of whose ‖g‖² stands in the few weights of the last layer. So it is at
    /// every width, though single parameters move less the more there are. Such steps do not shrink towards the goal; so a rate
    /// of 1 is a tenth of it: targets ±1 are reached in some twenty steps that agree, and then hovered around at less than a tenth
    /// of their size. On random rows (N = 6,090, d = 128, ‖x‖ = √d, batch 256, m = 16, 64, 1,024) the loss
    /// after 20 epochs was 0.20 to 0.21 at this rate, and 0.17 to 0.19 by descent at its rate 1.
    let resolve
        (largest: float)
        (rows: int)
        (parameters: int64)
        (rate: float)
        (optimiser: Optimiser)
        : float =
        match momentum optimiser with
        | Some _ -> LearningRate.resolve largest rows (LearningRate.Multiple rate)
        | None -> 0.1 * rate * sqrt (float rows / (largest * float parameters))
