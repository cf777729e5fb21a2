namespace NtkPipeline.Core

/// Texts of differing lengths as vectors of their tokens: each vector once, and of each text the numbers of its tokens' vectors, in order.
[<NoEquality; NoComparison>]
type TokenVectors = {
    /// What made the vectors, for people: "the word embeddings of all-MiniLM-L6-v2".
    Source: string
    /// Distinct tokens × columns.
    Vectors: Matrix<float32>
    Texts: int[][]
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TokenVectors =

    /// How many tokens each text has.
    let lengths (tokens: TokenVectors) : int[] = tokens.Texts |> Array.map _.Length

    /// The numbers of the tokens of some texts, text after text.
    let numbers (rows: int[]) (tokens: TokenVectors) : int[] =
        rows |> Array.collect (fun row -> tokens.Texts[row])

    let private flat (texts: int[][]) : float[] =
        texts |> Array.collect (fun text -> Array.append [| float text.Length |] (Array.map float text))

    /// Texts out of lengths and numbers; none where these are no such list for so many vectors.
    let private ofFlat (vectors: int) (values: float[]) : int[][] option =
        let isNumber (most: float) (x: float) = x >= 0.0 && x < most && x = floor x

        let texts = ResizeArray<int[]>()
        let mutable at = 0
        let mutable isSound = true

        while isSound && at < values.Length do
            isSound <- isNumber (float (values.Length - at)) values[at]

            if isSound then
                let count = int values[at]
                let text = values[at + 1 .. at + count]
                isSound <- Array.forall (isNumber (float vectors)) text

                if isSound then
                    texts.Add(Array.map int text)
                    at <- at + 1 + count

        if isSound then Some(texts.ToArray()) else None

    /// A zip of the source's words and of NumPy arrays: the vectors, and of each text its length and its numbers, text after text.
    let codec: Codec<TokenVectors> =
        Codec.pair
            ("source", Codec.text "token-source/1" "txt")
            ("arrays", Codec.pair ("vectors", Codec.matrix32) ("texts", Codec.vector))
        |> Codec.map
            "token-texts/1"
            (fun tokens -> tokens.Source, (tokens.Vectors, flat tokens.Texts))
            (fun (source, (vectors, texts)) ->
                match ofFlat vectors.Rows texts, Matrix.firstNonFinite32 vectors with
                | _, Some(i, j) -> Error $"entry %d{j} of its vector %d{i} is not a finite number"
                | None, None -> Error $"its texts are no lists of its %d{vectors.Rows} vectors"
                | Some texts, None -> Ok { Source = source; Vectors = vectors; Texts = texts })

    /// Some of the texts as a kernel reads them, all of `places` places; `name` is what refusals call them.
    let source (name: string) (places: int) (rows: int[]) (tokens: TokenVectors) : TextSource =
        let features = tokens.Vectors.Columns
        let columns = places * (features + 1)

        let read start count =
            let values = Array.zeroCreate<float>(count * columns)

            for i in 0 .. count - 1 do
                tokens.Texts[rows[start + i]]
                |> Array.iteri (fun t number ->
                    for k in 0 .. features - 1 do
                        values[i * columns + t * features + k] <- float tokens.Vectors[number, k]

                    values[i * columns + places * features + t] <- 1.0)

            Ok(Matrix.create count columns values)

        {
            Name = name
            Places = places
            Features = features
            Rows = { RowCount = rows.Length; ColumnCount = columns; Read = read }
        }

    /// Places that hold the longest of some texts; one where all are empty.
    let places (rows: int[]) (tokens: TokenVectors) : int =
        rows |> Array.fold (fun most row -> max most tokens.Texts[row].Length) 1
