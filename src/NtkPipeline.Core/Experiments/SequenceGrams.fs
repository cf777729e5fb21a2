namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Stage: tokens → the tangent kernel of an infinitely wide network over them: of the fitted texts with themselves, and of the validation
/// texts with these; float32, computed in float64.
[<RequireQualifiedAccess>]
module SequenceGrams =

    /// Bytes that a kernel's tiles and what they are made of may take.
    let private memory = 2e9

    let private machine: KernelMachine = {
        Memory = memory
        Tensors = lazy (invalidOp "an analytic kernel needs no tensors")
    }

    /// Texts with themselves or with others.
    let private kernel (network: Network) (progress: int -> unit) (x: TextSource) (z: TextSource option) =
        result {
            let request = { Architecture = network; Kind = KernelKind.Ntk; Finite = None }

            let! job = SequenceRequest.single machine request x z
            let values = Array.zeroCreate (job.Tiles.RowCount * job.Tiles.ColumnCount)

            let write (place: int64) (source: float32[]) start count =
                System.Array.Copy(source, int64 start, values, place, int64 count)

            do!
                job.Tiles
                |> KernelTiles.run 0 (fun tile ->
                    KernelTiles.spread job.Tiles write tile
                    let isMirrored = job.Tiles.IsSymmetric && tile.Left > tile.Top
                    progress ((if isMirrored then 2 else 1) * tile.Height * tile.Width)
                    Ok())

            return Matrix.create job.Tiles.RowCount job.Tiles.ColumnCount values
        }

    /// Entries of both kernels, for progress.
    let private entries (split: Split) =
        let n = split.Train.Length
        n * n + split.Validation.Length * n

    /// Rows are the fitted texts, in the split's order, and then the validation texts; columns are the fitted ones.
    let private both network tell (tokens: TokenVectors) (split: Split) =
        result {
            let places = TokenVectors.places (Array.append split.Train split.Validation) tokens
            let source name rows = TokenVectors.source name places rows tokens
            let fitted = source "the fitted tweets" split.Train
            let progress = Counted.over tell (entries split)
            let! train = kernel network progress fitted None

            let! cross =
                if split.Validation.Length = 0 then
                    Ok(Matrix.create 0 split.Train.Length [||])
                else
                    kernel network progress (source "the validation tweets" split.Validation) (Some fitted)

            return Matrix.stack train cross
        }

    let stage
        (model: SequenceModel)
        (network: Network)
        (tell: System.Action<int, int>)
        : Stage<TokenVectors * Split, Matrix<float32>> =
        let body =
            match model with
            | SequenceModel.Shuffled ->
                Seeded(fun seed (tokens, split) ->
                    both network tell (SequenceTokens.shuffled seed tokens) split)
            | SequenceModel.Mean
            | SequenceModel.Tokens
            | SequenceModel.Convolution
            | SequenceModel.Attention -> Pure(fun (tokens, split) -> both network tell tokens split)

        {
            Name = $"sequence-gram/%s{SequenceModel.id model}"
            Version = 2
            Settings = NetworkText.print network
            Codec = Codec.matrix32
            Body = body
        }

    let private ofRun name (network: Network) run : Stage<TokenVectors * Split, Matrix<float32>> = {
        Name = $"token-gram/%s{name}"
        Version = 2
        Settings = NetworkText.print network
        Codec = Codec.matrix32
        Body = Pure run
    }

    let private part name (rows: int[]) (tokens: TokenVectors) =
        TokenVectors.source name (TokenVectors.places [| 0 .. tokens.Texts.Length - 1 |] tokens) rows tokens

    let private ofLabelled (split: Split) = part "the labelled tweets" [| 0 .. split.Labels.Length - 1 |]

    /// A run's kernel over tokens, labelled × labelled texts: the first ones.
    let labelled (network: Network) (tell: System.Action<int, int>) =
        ofRun "labelled" network (fun (tokens, split) ->
            let n = split.Labels.Length
            kernel network (Counted.over tell (n * n)) (ofLabelled split tokens) None)

    /// Test × labelled texts; no rows without a test set.
    let test (network: Network) (tell: System.Action<int, int>) =
        ofRun "test" network (fun (tokens, split) ->
            let n, all = split.Labels.Length, tokens.Texts.Length

            if all = n then
                Ok(Matrix.create 0 n [||])
            else
                let others = part "the tweets without labels" [| n .. all - 1 |] tokens
                kernel network (Counted.over tell ((all - n) * n)) others (Some(ofLabelled split tokens)))
