namespace NtkPipeline.Core

open System
open FsToolkit.ErrorHandling

/// How a tangent kernel of an encoder is had.
[<RequireQualifiedAccess>]
type TangentMethod =
    | Sketch of settings: SketchSettings
    | Exact

/// A tangent kernel that somebody asks for, over all parameters of an encoder, the mean over heads.
[<NoEquality; NoComparison>]
type TangentRequest = {
    Weights: Artifact<EncoderWeights>
    /// One a row.
    Heads: Matrix<float32>
    Texts: int[][]
    Method: TangentMethod
    /// Draws the sketch.
    Seed: uint64
    /// The sketch's rows themselves, of which the kernel is the inner products.
    IsFeatures: bool
}

[<RequireQualifiedAccess>]
module TangentRequest =

    /// Raised when the same request would give other bytes.
    let private version = "tangent-kernel/3"

    /// Texts of a chunk: so that a chunk's rows by all heads, and two chunks in float32, fit into a few hundred MB.
    let chunk (request: TangentRequest) : int = max 32 (512 / request.Heads.Rows)

    let private digest (texts: int[][]) =
        Digest.ofParts [
            for ids in texts do
                String.Join(' ', ids)
        ]

    let private heads (request: TangentRequest) =
        Artifact.create
            "heads"
            (request.Heads.Values |> Array.map float |> Digest.ofFloats)
            (lazy (Ok request.Heads))

    /// The names of all inputs' bytes.
    let inputs (request: TangentRequest) : Digest list =
        List.map snd (request.Weights.Parts @ (heads request).Parts) @ [ digest request.Texts ]

    let private print (request: TangentRequest) =
        match request.Method with
        | TangentMethod.Sketch settings -> [ Fingerprint.describe (settings, request.Seed) ]
        | TangentMethod.Exact -> [ "exact" ]

    let private job (machine: TensorMachine) (request: TangentRequest) tiles : KernelJob<float32> = {
        Tiles = tiles
        Cost = None
        Recipe =
            version :: string request.IsFeatures :: print request
            @ [
                $"tiles of %d{tiles.Side}"
                machine.Device.ToString()
                $"%d{machine.Threads} threads"
            ]
    }

    /// Sketches all texts, a chunk a stage of the runner's, which runs only what is not there yet. `tell` is told how many texts are done
    /// and how many there are. What is asked of the chunks later, the runner reads again: at most `memory` bytes of them are kept.
    let sketch
        (runner: IRunner)
        (device: Device)
        (memory: float)
        (settings: SketchSettings)
        (tell: Action<int, int>)
        (request: TangentRequest)
        : Result<TangentChunks, PipelineError> =
        let size, count = chunk request, request.Texts.Length
        let numbers = [ 0 .. (count + size - 1) / size - 1 ]
        let head = heads request

        let run (advance: int -> unit) number =
            let texts = request.Texts[number * size .. min count ((number + 1) * size) - 1]
            let artifact = Artifact.create "texts" (digest texts) (lazy (Ok texts))

            let stage =
                SketchTexts.stage
                    device
                    settings
                    (Seed.root request.Seed)
                    $"%d{number + 1}-of-%d{numbers.Length}"
                    advance

            runner.Run(stage, Artifact.both request.Weights (Artifact.both head artifact))

        result {
            let! weights = request.Weights.Value.Force()

            for number in numbers do
                let finished = ref (number * size)

                let advance more =
                    finished.Value <- finished.Value + more
                    tell.Invoke(finished.Value, count)

                let! _ = run advance number
                tell.Invoke(min count ((number + 1) * size), count)

            return
                {
                    RowCount = count
                    Size = size
                    Columns = TangentSketch.columns settings weights.Shape
                    Heads = request.Heads.Rows
                    Read = fun number -> run ignore number |> Result.bind _.Value.Force()
                }
                |> TangentChunks.remember memory
        }

    /// The sketched kernel, or its features, of chunks that are ready.
    let ofChunks
        (machine: TensorMachine)
        (request: TangentRequest)
        (chunks: TangentChunks)
        : KernelJob<float32> =
        job
            machine
            request
            (if request.IsFeatures then
                 TangentChunks.features chunks
             else
                 TangentChunks.kernel machine.Device chunks)

    /// The exact kernel, in tiles that fit into so many bytes of memory.
    let exact
        (machine: TensorMachine)
        (device: Device)
        (memory: float)
        (request: TangentRequest)
        : Result<KernelJob<float32>, PipelineError> =
        result {
            let! weights = request.Weights.Value.Force()
            let lengths = request.Texts |> Array.map _.Length
            let! side, _ = ExactTangentCost.plan memory 4 weights.Shape request.Heads.Rows lengths None
            let groups = [ TangentPart.all weights.Shape ]

            let! tiles =
                ExactTangent.tiles
                    Precision.single
                    device
                    weights
                    request.Heads
                    side
                    groups
                    request.Texts
                    None

            return job machine request tiles
        }
