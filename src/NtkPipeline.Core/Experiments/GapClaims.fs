namespace NtkPipeline.Core

/// What is expected of the gap's parts.
[<RequireQualifiedAccess>]
module GapClaims =

    let private units (x: float) = $"%.3f{x}".Replace('-', '−')

    /// What rounding leaves.
    let rest (x: float) =
        if x = 0.0 then
            "0"
        else
            x.ToString("0.0e+0", System.Globalization.CultureInfo.InvariantCulture).Replace('-', '−')

    /// "0.210 (95% band 0.190 to 0.230)".
    let band (part: Difference) : string =
        $"%s{units part.Value} (95%% band %s{units part.Lower} to %s{units part.Upper})"

    let place (chain: GapChain) : string = $"%s{InputScale.words chain.InputScale}, m = %d{chain.Width}"

    let private claim name judge : Claim<GapEvidence> = {
        Name = name
        Judge =
            fun evidence ->
                evidence.Chains
                |> Array.map (fun chain ->
                    let holds, words =
                        match chain.Found with
                        | None -> None, "Every network diverged, so there is no chain."
                        | Some(_, split) -> judge chain split

                    {
                        Claim = name
                        Setting =
                            $"%s{place chain}, %s{VerdictWords.seeds chain.Sound} of %d{chain.Networks}, %s{evidence.Budget}"
                        Holds = holds
                        Evidence = words
                    })
    }

    let private addUp =
        claim "The parts of the gap add up to the whole" (fun _ split ->
            let within (whole: Difference) rest =
                let sum = whole.Value - rest
                sum >= whole.Lower - 1e-12 && sum <= whole.Upper + 1e-12

            let holds = within split.Accuracy split.RestOfAccuracy && within split.Rms split.RestOfRms
            let sum = VerdictWords.signed (split.Accuracy.Value - split.RestOfAccuracy)

            Some holds,
            $"The %d{split.Links.Length} parts sum to %s{sum} points of accuracy, the ends differ by %s{VerdictWords.points split.Accuracy}, a rest of %s{rest split.RestOfAccuracy}; to %s{units (split.Rms.Value - split.RestOfRms)} of rms, the ends being %s{band split.Rms} apart, a rest of %s{rest split.RestOfRms}.")

    /// The link with the greatest part of the way, and its place.
    let largest (split: ChainSplit) : int * ChainLink =
        split.Links |> Array.indexed |> Array.maxBy (fun (_, link) -> link.Part.Value)

    /// What a part that is larger than the whole way means; nothing of others.
    let beyond (split: ChainSplit) (part: Difference) : string =
        if part.Value > split.Rms.Value then
            " (more than the whole, since other parts lead back)"
        else
            ""

    /// The end of the chain in words: with one network there is no ensemble.
    let ends (chain: GapChain) : string =
        if chain.Sound = 1 then
            $"a network of m = %d{chain.Width}"
        else
            $"an ensemble of %s{VerdictWords.networks chain.Sound} of m = %d{chain.Width}"

    let private learningFirst =
        claim "Feature learning is the largest part of the gap" (fun _ split ->
            let ours = split.Links[GapCauses.learning].Part

            let k, rival =
                split.Links
                |> Array.indexed
                |> Array.filter (fun (k, _) -> k <> GapCauses.learning)
                |> Array.maxBy (fun (_, link) -> link.Part.Value)

            let holds =
                if ours.Lower > rival.Part.Upper then Some true
                elif rival.Part.Lower > ours.Upper then Some false
                else None

            let meaning =
                match holds with
                | Some true -> "and no other comes near"
                | Some false -> "which is less"
                | None -> "and the bands overlap"

            holds,
            $"Of a gap of rms %s{band split.Rms}, feature learning makes %s{band ours}%s{beyond split ours}; %s{snd GapCauses.causes[k]} makes %s{band rival.Part}%s{beyond split rival.Part}, %s{meaning}.")

    let private ensemblesHelp =
        claim "An ensemble of the networks classifies better than they do" (fun chain split ->
            if chain.Sound < 2 then
                None, "One network is no ensemble."
            else
                let gain = split.Links[GapCauses.ensembling].Accuracy

                Difference.isPositive gain,
                $"The mean of %d{chain.Sound} networks' outputs has %s{VerdictWords.points gain} on theirs.")

    let claims: Claim<GapEvidence> list = [ addUp; learningFirst; ensemblesHelp ]
