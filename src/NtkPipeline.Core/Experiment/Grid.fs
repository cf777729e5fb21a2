namespace NtkPipeline.Core

/// One network of a grid: its stage's name, which its seed hangs on, and all that decides it.
type GridPoint = { Name: string; Spec: RunSpec }

[<RequireQualifiedAccess>]
module GridPoint =

    /// A network that is no point of a grid.
    let ofSpec (spec: RunSpec) : GridPoint = { Name = RunSpec.name spec; Spec = spec }

/// A base and the axes along which it is varied: every combination, the first axis slowest.
[<NoEquality; NoComparison>]
type Grid = { Base: RunSpec; Along: (Axis * AxisValue list) list }

[<RequireQualifiedAccess>]
module Grid =

    /// The name of the base's stage, with the values of those axes that it would not tell apart.
    let private name grid (spec: RunSpec) =
        grid.Along
        |> List.filter (fun (axis, _) -> not axis.IsNamed && axis.Of spec <> axis.Of grid.Base)
        |> List.map (fun (axis, _) -> $"/%s{axis.Key}=%s{Axis.text (axis.Of spec)}")
        |> String.concat ""
        |> (+) (RunSpec.name spec)

    let private set (axis: Axis) value spec =
        axis.Set value spec |> Result.mapError (fun reason -> $"%s{axis.Key}: %s{reason}")

    /// Its networks, each once, or why one of them cannot be.
    let points (grid: Grid) : Result<GridPoint[], string> =
        let rec along axes spec : Result<RunSpec list, string> =
            match axes with
            | [] -> Ok [ spec ]
            | (axis, values) :: rest ->
                List.foldBack
                    (fun value found ->
                        match set axis value spec |> Result.bind (along rest), found with
                        | Ok specs, Ok later -> Ok(specs @ later)
                        | Error reason, _
                        | _, Error reason -> Error reason)
                    values
                    (Ok [])

        along grid.Along grid.Base
        |> Result.map (
            List.map (fun spec -> { Name = name grid spec; Spec = spec }) >> List.distinct >> Array.ofList
        )
