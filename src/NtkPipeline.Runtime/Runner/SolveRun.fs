namespace NtkPipeline.Runtime

open System
open System.Diagnostics
open System.IO
open NtkPipeline.Core

/// The numbers of a checkpoint that are no matrix.
type CheckpointHead = { Recipe: string; Iteration: int; Rho: float[]; Trace: float[] }

/// Large solves that survive being stopped: the state of conjugate gradients is kept in a file beside the result, and the same
/// command goes on from it. Another command, or other inputs, start anew.
[<RequireQualifiedAccess>]
module SolveRun =

    /// Where the state is kept while the solve runs.
    let checkpointPath (output: string) : string = output + ".part"

    /// What is in that file.
    let codec: Codec<CheckpointHead * Matrix<float>> =
        Codec.pair ("head", Codec.json "solve-checkpoint/1") ("state", Codec.matrix64)

    let private nameOf (m: Matrix<float>) = $"%d{m.Rows} %d{m.Columns} %s{(Digest.ofFloats m.Values).Hex}"

    /// Names the problem and all that a state depends on. The number of processors is no part of it: no sum is taken in another order
    /// where there are more.
    let private recipe (settings: SolveSettings) (problem: SolveProblem) =
        let ridges = problem.Ridges |> Array.map (fun ridge -> ridge.ToString "R") |> String.concat ","

        Digest.ofParts [
            "solve/2"
            KernelKind.print problem.Kind
            NetworkText.print problem.Network
            $"%b{problem.IsSingle} %b{problem.IsRelative} %s{ridges}"
            nameOf problem.X
            nameOf problem.Y
            $"%d{settings.Rank} %d{settings.Seed.Value}"
            settings.Gradients.Tolerance.ToString "R"
        ]
        |> _.Hex

    let private save (path: string) (recipe: string) (state: GradientsState) =
        let columns = state.Solutions[0].Length

        let head = {
            Recipe = recipe
            Iteration = state.Iteration
            Rho = state.Rho
            Trace = state.Trace
        }

        let matrix =
            Matrix.ofRows columns (Array.concat [ state.Solutions; state.Residuals; state.Directions ])

        SourceFile.writeValue path codec (head, matrix)

    /// The state in a file; none where it is of something else or damaged.
    let private read (path: string) (recipe: string) : GradientsState option =
        let stored =
            SourceFile.readBytes path
            |> Result.mapError _.Sentence
            |> Result.bind (fun bytes -> codec.Read(new MemoryStream(bytes)))

        match stored with
        | Ok(head, matrix) when head.Recipe = recipe && matrix.Rows = 3 * head.Rho.Length ->
            let rows part =
                Array.init head.Rho.Length (fun k ->
                    (Matrix.row (part * head.Rho.Length + k) matrix).ToArray())

            Some {
                Iteration = head.Iteration
                Solutions = rows 0
                Residuals = rows 1
                Directions = rows 2
                Rho = head.Rho
                Trace = head.Trace
            }
        | Ok _
        | Error _ -> None

    /// The state that a stopped run of the same recipe left. Refused is what lies in its place and is no file of ours.
    let private load (path: string) (recipe: string) : Result<GradientsState option, PipelineError> =
        OwnFile.checkOf "PK"B path |> Result.map (fun isThere -> if isThere then read path recipe else None)

    /// Solves, keeping the state at most every `seconds` seconds in a file beside `output`, which goes when the solve is done. `tell`
    /// hears of progress, first of the step that a stopped run had reached; `warn` of a state that could not be kept. Products are made
    /// by `elsewhere`, if there is one.
    let solveWith
        (elsewhere: IKernelLanes option)
        (output: string)
        (seconds: float)
        (settings: SolveSettings)
        (tell: Action<SolveProgress>)
        (warn: Action<string>)
        (problem: SolveProblem)
        : Result<Solved, PipelineError> =
        let path = checkpointPath output
        let recipe = recipe settings problem
        let watch = Stopwatch.StartNew()

        let hear progress =
            tell.Invoke progress

            match progress with
            | SolveProgress.Step state when watch.Elapsed.TotalSeconds >= seconds ->
                match save path recipe state with
                | Ok() -> ()
                | Error error -> warn.Invoke error.Sentence

                watch.Restart()
            | SolveProgress.Step _
            | SolveProgress.Planned _
            | SolveProgress.Pivots _ -> ()

        load path recipe
        |> Result.bind (fun resumed ->
            resumed |> Option.iter (SolveProgress.Step >> tell.Invoke)
            LargeSolve.solveWith elsewhere settings hear resumed problem)
        |> Result.map (fun solved ->
            File.Delete path
            solved)

    /// The same by this process alone.
    let solve
        (output: string)
        (seconds: float)
        (settings: SolveSettings)
        (tell: Action<SolveProgress>)
        (warn: Action<string>)
        (problem: SolveProblem)
        : Result<Solved, PipelineError> =
        solveWith None output seconds settings tell warn problem
