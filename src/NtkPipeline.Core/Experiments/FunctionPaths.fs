namespace NtkPipeline.Core

/// The path of one network beside that of its kernel. Angles are in radians.
type FollowedPath = {
    Spec: RunSpec
    Diverged: bool
    /// Moments: epochs, from 0.
    Epochs: int[]
    /// Between the movements of network and kernel from each moment to the next; none where one of them stands still.
    Angles: float option[]
    /// Their mean, and the angle between the movements over the whole of training; none where the network diverged.
    MeanAngle: float option
    EndAngle: float option
    /// Coordinates on the principal axes of the kernel's path, rms over the validation rows: moments × 2; empty where it has none.
    Plane: float[][]
    /// The share of ‖f_T − f₀‖² that lies in their plane; none where the network diverged.
    InPlane: float option
    /// Least-squares coefficients of the kernel's eigenfunctions: moments × eigenvectors.
    Coordinates: float[][]
    /// The greatest difference between the rms gap of these two paths and the gap to the kernel that was trained step by step beside
    /// the network: rounding.
    Mismatch: float option
}

/// The path of a kernel.
type KernelView = {
    Scale: InputScale
    Steps: int[]
    Plane: float[][]
    /// The share of its scatter that lies in the plane of its principal axes; none where it has not two directions.
    PlaneShare: float option
    /// Exact coordinates in its eigenbasis, and those that the validation rows show: moments × eigenvectors.
    Learnt: float[][]
    ReadOff: float[][]
    /// What the coordinates go to.
    Targets: float[]
}

type ScaleExponent = { InputScale: InputScale; Runs: int; Fit: PowerFit option; Setting: string }

type FunctionSpaceEvidence = {
    Paths: FollowedPath[]
    Kernels: KernelView[]
    /// Mean angle ∝ m^exponent over m ≥ 128.
    Exponents: ScaleExponent[]
    /// The widest networks' mean angle at ‖x‖ = 1 over that at ‖x‖ = √d.
    UnitOverRoot: Banded option
    Widest: int
    TrainRows: int
    ValidationRows: int
}

/// Stage: networks and kernels' paths → angles and coordinates.
[<RequireQualifiedAccess>]
module FunctionPaths =

    let private rowsOf (m: Matrix<float>) = Array.init m.Rows (fun i -> (Matrix.row i m).ToArray())

    let private minus (a: float[]) (b: float[]) = Array.map2 (-) a b
    let private inner (a: float[]) (b: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0.0 a b

    let private rms (a: float[]) = sqrt (inner a a / float a.Length)

    /// Coordinates on the axes, in rms output units.
    let private onPlane (axes: (Matrix<float> * float) option) (path: float[][]) =
        match axes with
        | None -> [||]
        | Some(axes, _) ->
            path
            |> Array.map (fun f ->
                rowsOf axes |> Array.map (fun axis -> inner (minus f path[0]) axis / sqrt (float f.Length)))

    let private follow (kernel: KernelPath) axes (trained: TrainedNetwork) : FollowedPath =
        let run = trained.Run
        let outputs = Matrix.map float trained.Path
        let path = rowsOf outputs
        // A network that diverged stops early.
        let other = (rowsOf kernel.Outputs)[.. path.Length - 1]
        let angles = PathAngle.alongPaths path other
        let moved = minus (Array.last path) path[0]
        let isSound = Group.isSound run
        let ifSound value = if isSound then value else None

        let inPlane () =
            axes
            |> Option.map (fun (axes: Matrix<float>, _) ->
                (rowsOf axes |> Array.sumBy (fun axis -> inner moved axis ** 2.0)) / inner moved moved)

        let mismatch =
            Array.zip3 run.Epochs path other
            |> Array.choose (fun (measures, f, g) ->
                measures.GapToKernelValidation |> Option.map (fun gap -> abs (gap.Rms - rms (minus f g))))

        {
            Spec = run.Spec
            Diverged = not isSound
            Epochs = run.Epochs |> Array.map _.Epoch
            Angles = angles
            MeanAngle =
                match Array.choose id angles with
                | [||] -> None
                | found -> ifSound (Some(Array.average found))
            EndAngle = ifSound (PathAngle.between moved (minus (Array.last other) other[0]))
            Plane = onPlane axes path
            InPlane = if isSound && inner moved moved > 0.0 then inPlane () else None
            Coordinates = KernelPath.coordinates kernel outputs |> rowsOf
            Mismatch = if mismatch.Length = 0 then None else Some(Array.max mismatch)
        }

    let private view axes (scale, kernel: KernelPath) : KernelView = {
        Scale = scale
        Steps = kernel.Steps
        Plane = onPlane axes (rowsOf kernel.Outputs)
        PlaneShare = axes |> Option.map snd
        Learnt = rowsOf kernel.Learnt
        ReadOff = KernelPath.coordinates kernel kernel.Outputs |> rowsOf
        Targets = kernel.Targets
    }

    let private exponent (runs: NetworkRun[]) (paths: FollowedPath[]) scale =
        let own = runs |> Array.filter (fun run -> run.Spec.InputScale = scale)

        let points =
            paths
            |> Array.filter (fun path -> path.Spec.InputScale = scale && path.Spec.Width >= Slope.narrowest)
            |> Array.choose (fun path ->
                path.MeanAngle |> Option.map (fun angle -> float path.Spec.Width, angle))

        {
            InputScale = scale
            Runs = points.Length
            Fit = PowerLaw.fit points
            Setting = $"%s{VerdictWords.setting own[0].Spec own}, %d{own[0].TrainRows} training rows"
        }

    let private run (kernels: (InputScale * KernelPath) list, networks: TrainedNetwork list) =
        let axes =
            kernels
            |> List.map (fun (scale, kernel) -> scale, (kernel, KernelPath.plane kernel))
            |> Map.ofList

        let runs = networks |> List.map _.Run |> Group.sort
        let order = runs |> Array.mapi (fun place run -> run.Spec, place) |> dict

        let paths =
            networks
            |> List.sortBy (fun trained -> order[trained.Run.Spec])
            |> List.map (fun trained ->
                let kernel, plane = axes[trained.Run.Spec.InputScale]
                follow kernel plane trained)
            |> Array.ofList

        let widest = runs |> Group.widest |> fst

        let angles scale =
            paths
            |> Array.filter (fun path -> path.Spec.InputScale = scale && path.Spec.Width = widest)
            |> Array.choose _.MeanAngle

        Ok {
            Paths = paths
            Kernels = [| for scale, kernel in kernels -> view (snd axes[scale]) (scale, kernel) |]
            Exponents = [| for scale, _ in kernels -> exponent runs paths scale |]
            UnitOverRoot = MeanRatio.band (angles InputScale.Unit) (angles InputScale.SqrtD)
            Widest = widest
            TrainRows = runs[0].TrainRows
            ValidationRows = networks[0].Path.Columns
        }

    let inputs
        (scales: InputScale seq)
        (kernels: Artifact<KernelPath list>)
        (networks: Artifact<TrainedNetwork list>)
        : Artifact<(InputScale * KernelPath) list * TrainedNetwork list> =
        let scales = List.ofSeq scales
        Artifact.map2 (fun kernels networks -> List.zip scales kernels, networks) kernels networks

    let stage: Stage<(InputScale * KernelPath) list * TrainedNetwork list, FunctionSpaceEvidence> = {
        Name = "follow-paths"
        Version = 2
        Settings = ""
        Codec = Codec.json "function-space/1"
        Body = Pure run
    }
