namespace NtkPipeline.Core

open System

/// What a run over tokens says of its tokens.
type TokenFacts = {
    /// The network whose kernel the regression is of.
    Network: string
    /// Tokens of a labelled tweet on average, and of any tweet at most.
    MeanTokens: float
    MostTokens: int
    /// Labelled tweets that there are, before some were drawn.
    AllRows: int
    /// Of the kernels that were computed, and of those of all labelled tweets; `Rows` are the labelled ones.
    Price: SequencePrice
    PriceOfAll: SequencePrice
    /// What a run over rows has and this one has not, a sentence each.
    Omitted: string[]
}

/// Tokens of labelled tweets, and then of the others, as all stages of a run take them: a row a text, its tokens one after another and then its
/// mask (`TextTensor.ofRows`).
[<RequireQualifiedAccess>]
module TokenFeatures =

    /// Some of the texts as rows of so many places.
    let rows (places: int) (tokens: TokenVectors) (texts: int[]) : Matrix<float32> =
        let features = tokens.Vectors.Columns
        let columns = places * (features + 1)
        let values = Array.zeroCreate<float32>(texts.Length * columns)

        for i in 0 .. texts.Length - 1 do
            tokens.Texts[texts[i]]
            |> Array.iteri (fun t number ->
                let start = i * columns
                (Matrix.row number tokens.Vectors).CopyTo(values.AsSpan(start + t * features, features))
                values[start + places * features + t] <- 1.0f)

        Matrix.create texts.Length columns values

    /// Texts without a token, or of zero vectors alone.
    let private zero (tokens: TokenVectors) (texts: int[]) =
        let isZero number = (Matrix.row number tokens.Vectors).ToArray() |> Array.forall ((=) 0.0f)

        texts
        |> Array.indexed
        |> Array.filter (fun (_, text) -> tokens.Texts[text] |> Array.forall isZero)
        |> Array.map fst

    let private parts (labelled: int) (tokens: TokenVectors) =
        [| 0 .. labelled - 1 |], [| labelled .. tokens.Texts.Length - 1 |]

    /// `whole` are the vectors before they were reduced; the first `split.Labels.Length` texts are labelled. `Columns` are a token's.
    let features
        (whole: Artifact<TokenVectors>)
        (tokens: Artifact<TokenVectors>)
        (split: Artifact<Split>)
        : Artifact<Features> =
        let gather (whole: TokenVectors) (tokens: TokenVectors) (split: Split) : Features =
            let labelled, test = parts split.Labels.Length tokens
            let places = TokenVectors.places (Array.append labelled test) tokens
            let columns, all = tokens.Vectors.Columns, whole.Vectors.Columns

            {
                Labelled = rows places tokens labelled
                Test = rows places tokens test
                Facts = {
                    Encoder = tokens.Source
                    Reduction =
                        if columns < all then
                            "principal components of the fitted tweets' tokens"
                        else
                            "none, centred"
                    EmbeddingColumns = all
                    Columns = columns
                    ExplainedVariance = [||]
                    ZeroLabelledRows = zero tokens labelled
                    ZeroTestRows = zero tokens test
                }
            }

        Artifact.map3 gather whole tokens split

    /// `all` are the labelled tweets that there are, before some were drawn.
    let facts
        (values: Map<string, string>)
        (network: Network)
        (tokens: Artifact<TokenVectors>)
        (split: Artifact<Split>)
        (all: Artifact<Tweet[]>)
        : Artifact<TokenFacts option> =
        let leftOut = TokenRun.leftOut values

        // A report that says something else is another one.
        let omitted = Artifact.create "left-out" (Digest.ofParts leftOut) (lazy (Ok(Array.ofList leftOut)))

        let gather (tokens: TokenVectors) (split: Split) (all: Tweet[]) omitted : TokenFacts option =
            let labelled, test = parts split.Labels.Length tokens
            let lengths = TokenVectors.lengths tokens
            let pick texts = texts |> Array.map (fun text -> lengths[text])
            let labelled, test = pick labelled, pick test
            let more = float all.Length / float labelled.Length

            let price (rows: int) more =
                SequencePrice.ofPairs network tokens.Vectors.Columns rows [
                    labelled, None, more * more
                    test, Some labelled, more
                ]

            Some {
                Network = NetworkText.print network
                MeanTokens = labelled |> Array.averageBy float
                MostTokens = Array.max lengths
                AllRows = all.Length
                Price = price labelled.Length 1.0
                PriceOfAll = price all.Length more
                Omitted = omitted
            }

        Artifact.map4 gather tokens split all omitted

    /// Of a run over rows.
    let none: Artifact<TokenFacts option> = { Parts = []; Value = lazy (Ok None) }

    /// What was read and what it cost, for people.
    let words (columns: int) (facts: TokenFacts) : string =
        let price =
            $"The kernel of %s{facts.Network} of these tweets takes %s{SequencePrice.words facts.Price}"

        let all =
            if facts.AllRows > facts.Price.Rows then
                $"; of all %d{facts.AllRows} labelled ones (sequence.rows) it would take %s{SequencePrice.words facts.PriceOfAll}"
            else
                ""

        $"A tweet is a sequence of tokens, %.1f{facts.MeanTokens} on average and %d{facts.MostTokens} at most, each a vector of d = %d{columns} and norm √d. %s{price}%s{all}."

    /// The same on the console, and what else is said of a run over tokens; nothing of another run.
    let lines (columns: int) (tokens: TokenFacts option) : string list = [
        match tokens with
        | Some facts ->
            $"tokens    %s{words columns facts}"

            for sentence in facts.Omitted do
                $"note      %s{sentence}"
        | None -> ()
    ]
