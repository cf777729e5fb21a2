namespace NtkPipeline.Runtime

open System
open System.Threading
open System.Threading.Tasks
open FsToolkit.ErrorHandling
open NtkPipeline.Core

/// The kernel whose products are made in lanes: of the rows in a file, which every maker reads for itself.
type LaneProblem = {
    /// The file of X, by a path that means the same everywhere.
    X: string
    /// The digest of its numbers: a file that holds others is refused.
    Digest: string
    /// As `KernelKind` and `NetworkText` print them.
    Kind: string
    Network: string
    IsSingle: bool
} with

    static member Of(x: string, problem: SolveProblem) : LaneProblem = {
        X = IO.Path.GetFullPath x
        Digest = (Digest.ofFloats problem.X.Values).Hex
        Kind = KernelKind.print problem.Kind
        Network = NetworkText.print problem.Network
        IsSingle = problem.IsSingle
    }

/// Makes lanes' parts of products with one kernel, and holds the tiles that it has made as far as memory allows.
type LaneMaker private (tiles: UnheldKernel) =

    /// What the rows themselves take, with their directions in both precisions.
    static member private RowBytes(x: Matrix<float>) : int64 = 32L * x.Values.LongLength

    /// Reads the rows and makes ready. `memory` is how many bytes may be used; what the rows leave of it holds tiles.
    static member Load(problem: LaneProblem, memory: int64) : Result<LaneMaker, PipelineError> =
        result {
            let! x = SourceFile.readNpy64 problem.X

            do!
                if (Digest.ofFloats x.Values).Hex = problem.Digest then
                    Ok()
                else
                    Error(
                        DataRefused
                            $"%s{problem.X}: it holds other numbers here than where the solve was begun"
                    )

            let! kind = KernelKind.parse problem.Kind |> Result.mapError DataRefused
            let! network = NetworkText.parse problem.Network |> Result.mapError DataRefused
            let! source, xs = KernelSource.create kind network problem.IsSingle x
            let budget = max 0L (memory - LaneMaker.RowBytes x)
            return LaneMaker(UnheldKernel.symmetric source xs |> KeptTiles.remember budget source)
        }

    member _.Rows: int = tiles.Rows

    /// Makes some lanes' parts of K·v, each in turn, on so many threads of its own; `tell` is called by them with each part as it is made.
    /// Once it is told to stop it begins no further lane. What memory lacks is refused.
    member _.Make
        (
            lanes: int[],
            v: Matrix<float>,
            threads: int,
            tell: Action<int, Matrix<float>>,
            stop: CancellationToken
        ) : Result<unit, PipelineError> =
        let next = [| -1 |]

        let rec work () : Result<unit, PipelineError> =
            let place = Interlocked.Increment(&next[0])

            if place >= lanes.Length || stop.IsCancellationRequested then
                Ok()
            else
                tell.Invoke(lanes[place], KernelLanes.parts tiles [| lanes[place] |] v |> Array.head)
                work ()

        let start _ =
            Task.Factory.StartNew(
                (fun () -> MachineLack.guard work),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            )

        Array.init (min threads lanes.Length) start
        |> Array.map (fun task -> task.GetAwaiter().GetResult())
        |> Array.fold (fun sound ended -> sound |> Result.bind (fun () -> ended)) (Ok())
