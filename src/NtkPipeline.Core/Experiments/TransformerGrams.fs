namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// Stages: the kernels that the transformer's models are made of, float32; rows are those of all tweets, labelled ones first, columns the
/// labelled ones.
[<RequireQualifiedAccess>]
module TransformerGrams =

    /// Of norm 1; less the labelled rows' mean if that is asked for, and then of norm 1 again.
    let private unit isCentred (pooled: PooledTweets) : Matrix<float32> =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let norm (x: torch.Tensor) = x / x.norm(1, keepdim = true).clamp_min(1e-30.ToScalar())
        let rows = norm (Tensors.ofMatrix32 pooled.All)

        if isCentred then
            let mean = rows.narrow(0L, 0L, int64 pooled.Labelled.Rows).mean([| 0L |], keepdim = true)
            norm (rows - mean) |> Tensors.toMatrix32
        else
            Tensors.toMatrix32 rows

    /// Of rows that all have one length.
    let private level (kernel: Matrix<float32>) : TransformerGram = {
        Kernel = kernel
        Diagonal = Array.replicate kernel.Rows kernel[0, 0]
    }

    let private labelled count rows = Matrix.gatherRows [| 0 .. count - 1 |] rows

    /// φ·φ' of norm 1, with a constant: what linear probing of the frozen embedding is.
    let linear: Stage<PooledTweets, TransformerGram> = {
        Name = "frozen-gram/linear"
        Version = 1
        Settings = ""
        Codec = TransformerGram.codec
        Body =
            Pure(fun pooled ->
                use _ = torch.NewDisposeScope()
                let rows = Tensors.ofMatrix32 (unit false pooled)
                let own = rows.narrow (0L, 0L, int64 pooled.Labelled.Rows)
                Ok((rows.mm (own.t ())).add(1.0.ToScalar()) |> Tensors.toMatrix32 |> level))
    }

    /// The infinitely wide network on the frozen embedding: centred, of norm √d.
    let frozen (kind: KernelKind) : Stage<PooledTweets, TransformerGram> =
        let run (pooled: PooledTweets) =
            let rows = KernelTrials.scaled (unit true pooled)

            KernelKind.gram32 kind AnalyticGram.network rows (Some(labelled pooled.Labelled.Rows rows))
            |> Result.map level

        {
            Name = $"frozen-gram/%s{KernelKind.print kind}"
            Version = 1
            Settings = NetworkText.print AnalyticGram.network
            Codec = TransformerGram.codec
            Body = Pure run
        }

    /// φ·φ + 1 of each row.
    let private ofHead (pooled: Matrix<float32>) =
        Array.init pooled.Rows (fun i ->
            let mutable sum = 1.0

            for x in (Matrix.row i pooled).ToArray() do
                sum <- sum + float x * float x

            sum)

    /// Of sketched gradients of all rows, in tiles, and φ, whose head has gradients of its own.
    let tangent (name: string) : Stage<TangentRows list * PooledTweets, TransformerGram> =
        let run (tiles: TangentRows list, pooled: PooledTweets) =
            let columns, all = pooled.Labelled.Rows, pooled.All

            Ok {
                Kernel = TangentKernel.leading columns tiles |> TransformerSolve.withHead all columns
                Diagonal =
                    Array.map2
                        (fun own head -> float32 (own + head))
                        (TangentKernel.diagonal tiles)
                        (ofHead all)
            }

        {
            Name = $"tangent-gram/%s{name}"
            Version = 2
            Settings = ""
            Codec = TransformerGram.codec
            Body = Pure run
        }

    /// The same of the fitted rows alone, with themselves.
    let fitted (name: string) : Stage<TangentRows list * (PooledTweets * Split), Matrix<float32>> =
        let run (tiles: TangentRows list, (pooled: PooledTweets, split: Split)) =
            TangentKernel.symmetric tiles
            |> TransformerSolve.withHead (Matrix.gatherRows split.Train pooled.Labelled) split.Train.Length
            |> Ok

        {
            Name = $"tangent-gram/%s{name}"
            Version = 2
            Settings = ""
            Codec = Codec.matrix32
            Body = Pure run
        }

    /// The mean of the kernels so far and of one more.
    let mean (number: int) : Stage<TransformerGram * TransformerGram, TransformerGram> = {
        Name = $"mean-gram/%d{number}"
        Version = 1
        Settings = ""
        Codec = TransformerGram.codec
        Body =
            Pure(fun (before, next) ->
                let part = 1.0f / float32 number
                let mean = Array.map2 (fun a b -> a + part * (b - a))
                let kernel = before.Kernel

                Ok {
                    Kernel =
                        mean kernel.Values next.Kernel.Values |> Matrix.create kernel.Rows kernel.Columns
                    Diagonal = mean before.Diagonal next.Diagonal
                })
    }
