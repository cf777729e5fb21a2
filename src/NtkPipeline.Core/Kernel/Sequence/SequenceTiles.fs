namespace NtkPipeline.Core

open System.Threading.Tasks

/// Kernels of texts in tiles: `SequenceNtk`, lifted. A text meets a group of others at a time, in arrays that fit a core's cache, and
/// both halves of a symmetric kernel are written from one. Pairs of texts with tokens whose angle rounding has spoiled (see
/// `BendColumns`) are computed by the definition. Texts come as rows of places × features entries, then places × 1 that say what counts.
[<RequireQualifiedAccess>]
module SequenceTiles =

    /// A pair's entries by the definition, T × T′ of what is left of the two texts.
    let private definition (rule: SequenceRule<'t>) (x: PreparedTexts) i (z: PreparedTexts) j : PairKernels =
        SequenceNtk.ofPair
            Integrals.byQuadrature
            rule.Network
            x.Source.Features
            (SequenceNtk.text i x.Source)
            (SequenceNtk.text j z.Source)

    /// Tells `receive` each entry of the pair of text i with the group's text number j: its place in the pair's array, and itself.
    let private entries
        (rule: SequenceRule<'t>)
        x
        i
        z
        (group: TextGroup)
        (block: TokenBlock)
        (suspects: bool[])
        j
        receive
        =
        let columns =
            match rule.Inner with
            | [ _; b ] -> b
            | _ -> 1

        if suspects[j] then
            let pair = definition rule x i z (group.First + j)

            let values =
                match rule.Kind with
                | KernelKind.Ntk -> pair.Theta
                | KernelKind.Nngp -> pair.K

            for k in 0 .. values.Length - 1 do
                receive (k / pair.ColumnCount * columns + k % pair.ColumnCount) values[k]
        else
            let plane, factor = rule.Plane block, rule.Factor

            for s in 0 .. block.Rows - 1 do
                let at = s * block.Width + block.Columns.Starts[j]

                for t in 0 .. block.Columns.Masks[j].Length - 1 do
                    receive (s * columns + t) (factor * plane[at + t])

    let private meet (rule: SequenceRule<'t>) (x: PreparedTexts) i (z: PreparedTexts) (group: TextGroup) =
        let block, suspects =
            PreparedTexts.meet rule.Integrals rule.Network.Layers rule.HasTheta x.Texts[i] group

        for j in 0 .. suspects.Length - 1 do
            if not z.Texts[group.First + j].IsOrdinary then
                suspects[j] <- true

        block, suspects

    let private between (rule: SequenceRule<'t>) height width (x: PreparedTexts) (z: PreparedTexts) : 't[] =
        let pair = rule.Inner |> List.fold (*) 1
        let values = Array.zeroCreate (height * width * pair)

        Parallel.For(
            0,
            height,
            fun i ->
                for group in z.Groups do
                    let block, suspects = meet rule x i z group

                    for j in 0 .. suspects.Length - 1 do
                        let at = (i * width + group.First + j) * pair

                        entries rule x i z group block suspects j (fun k v ->
                            values[at + k] <- rule.Convert v)

                    TokenBlock.free block
        )
        |> ignore

        values

    let private symmetric (rule: SequenceRule<'t>) height (x: PreparedTexts) : 't[] =
        let pair = rule.Inner |> List.fold (*) 1
        let values = Array.zeroCreate (height * height * pair)

        let side =
            match rule.Inner with
            | [ a; _ ] -> a
            | _ -> 1

        Parallel.For(
            0,
            height,
            fun i ->
                for group in x.Groups do
                    if group.First + group.Columns.Masks.Length > i then
                        let block, suspects = meet rule x i x group

                        for j in max 0 (i - group.First) .. suspects.Length - 1 do
                            let other = group.First + j
                            let at, mirrored = (i * height + other) * pair, (other * height + i) * pair

                            entries rule x i x group block suspects j (fun k v ->
                                let value = rule.Convert v
                                values[at + k] <- value
                                // Of a text with itself too: one of two entries that are equal but for rounding.
                                values[mirrored + k % side * side + k / side] <- value)

                        TokenBlock.free block
        )
        |> ignore

        values

    /// The kernel of the texts of x with those of z (none: with themselves), of `features` entries a token.
    let create
        (precision: Precision<'t>)
        (convert: float -> 't)
        (kind: KernelKind)
        (network: Network)
        (features: int)
        (side: int)
        (x: RowSource<float>)
        (z: RowSource<float> option)
        : KernelTiles<'t> =
        let places (rows: RowSource<float>) = rows.ColumnCount / (features + 1)
        let inner = TextRows.inner network (places x) (places (defaultArg z x))

        let rule () = {
            Network = network
            Kind = kind
            Integrals = Integrals.bySeries ()
            Inner = inner
            Convert = convert
        }

        match PoolCut.ofNetwork network with
        | Some cut ->
            StripTiles.create precision None inner side x z {
                Inputs = "texts"
                Scope = TextRows.scope
                Prepare = TextRows.texts features >> IndependentTexts.create (Integrals.bySeries ()) cut
                Between = fun height width x z -> IndependentTexts.between (rule ()) cut height width x z
                Symmetric = fun height x -> IndependentTexts.symmetric (rule ()) cut height x
            }
        | None ->
            StripTiles.create precision None inner side x z {
                Inputs = "texts"
                Scope = TextRows.scope
                Prepare =
                    TextRows.texts features
                    >> (if PoolCut.isBlind network then DistinctTokens.inOrder else id)
                    >> PreparedTexts.create (Integrals.bySeries ()) network.Layers
                Between = fun height width x z -> between (rule ()) height width x z
                Symmetric = fun height x -> symmetric (rule ()) height x
            }
