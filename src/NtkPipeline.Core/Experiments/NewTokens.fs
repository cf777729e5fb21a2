namespace NtkPipeline.Core

/// Texts that came after a run over tokens, as its kernel and its networks read them. Nothing is fitted on the new texts.
[<RequireQualifiedAccess>]
module NewTokens =

    /// The run's vectors, of which the first `labelled` texts have labels, with the new texts in the place of the others: what the later stages
    /// are given, so that they treat a new text as they treat a test tweet.
    let inPlaceOfTest (labelled: int) (run: TokenVectors) (fresh: TokenVectors) : TokenVectors =
        let behind = run.Vectors.Rows

        {
            run with
                Vectors =
                    if fresh.Vectors.Rows = 0 then
                        run.Vectors
                    else
                        Matrix.stack run.Vectors fresh.Vectors
                Texts =
                    fresh.Texts
                    |> Array.map (Array.map (fun number -> behind + number))
                    |> Array.append run.Texts[.. labelled - 1]
        }

    /// Places of the run's texts.
    let private places (features: Features) = features.Labelled.Columns / (features.Facts.Columns + 1)

    /// Whether the network has learnt something of each place, as attention with positions has, so that it can read no further ones.
    let private knowsPlaces (network: Network) (features: Features) =
        let size places = LinearMaps.ofTexts features.Facts.Columns places network |> RowForm.parameters

        size (places features) <> size (places features + 1)

    /// The new texts as far as the run's networks can read them, and a sentence for each whose end they cannot.
    let cut (network: Network) (features: Features) (fresh: TokenVectors) : TokenVectors * string[] =
        if knowsPlaces network features then
            let most = places features

            { fresh with Texts = fresh.Texts |> Array.map (Array.truncate most) },
            [|
                for number, text in Array.indexed fresh.Texts do
                    if text.Length > most then
                        $"Of text %d{number + 1} the end is not read: it has %d{text.Length} tokens, and this run's networks have positions (position=) for %d{most}, as many as its longest text has."
            |]
        else
            fresh, [||]

    /// The texts behind the labelled ones as rows of as many places as the run's have, or as many more as the longest needs.
    let rows (labelled: int) (features: Features) (tokens: TokenVectors) : Matrix<float32> =
        let texts = [| labelled .. tokens.Texts.Length - 1 |]
        TokenFeatures.rows (max (places features) (TokenVectors.places texts tokens)) tokens texts
