namespace NtkPipeline.Core

/// A method chosen and the side of its tiles, with what it costs and what the others would have.
type EmpiricalPlan = {
    Method: EmpiricalMethod
    Side: int
    Cost: Cost
    Considered: (EmpiricalMethod * Cost) list
}

/// Choosing a way to the empirical kernel by counted operations and bytes.
[<RequireQualifiedAccess>]
module EmpiricalPlan =

    /// The largest of the sides whose tiles fit into `memory` bytes, with its cost; else the smallest side's cost.
    let fit (memory: float) (cost: int -> Cost) (sides: int list) : Result<int * Cost, Cost> =
        let priced = sides |> List.map (fun side -> side, cost side)

        match priced |> List.tryFind (fun (_, cost) -> cost.Bytes <= memory) with
        | Some found -> Ok found
        | None -> Error(priced |> List.last |> snd)

    /// The refusal of what cannot fit.
    let refuse (memory: float) (name: string) (smallest: Cost) : Result<'a, PipelineError> =
        Error(
            MachineLacks
                $"empirical kernel: %s{name} needs %s{MemoryNeed.whole smallest.Bytes} of memory for its smallest tile, and %s{MemoryNeed.whole memory} may be used; take a narrower network or more memory"
        )

    /// Of methods whose tiles have been fitted into `memory` bytes, the asked-for one, or of those that fit the one with the fewest
    /// operations. What does not fit is refused with its size.
    let choose
        (memory: float)
        (asked: EmpiricalMethod option)
        (network: Network)
        (priced: (EmpiricalMethod * Result<int * Cost, Cost>) list)
        : Result<EmpiricalPlan, PipelineError> =
        let candidates =
            priced |> List.filter (fun (way, _) -> asked |> Option.forall (fun asked -> asked = way))

        let fitting =
            candidates
            |> List.choose (fun (way, found) ->
                match found with
                | Ok(side, cost) -> Some(way, side, cost)
                | Error _ -> None)

        match fitting, Network.finite network with
        | _, Error reason -> Error(NumbersRefused $"empirical kernel: %s{reason}")
        | [], Ok _ ->
            candidates
            |> List.choose (fun (way, found) ->
                match found with
                | Ok _ -> None
                | Error smallest -> Some(way, smallest))
            |> List.minBy (fun (_, cost) -> cost.Bytes)
            |> fun (way, smallest) -> refuse memory (EmpiricalMethod.print way) smallest
        | fitting, Ok _ ->
            let way, side, cost = fitting |> List.minBy (fun (_, _, cost) -> cost.Flops)

            Ok {
                Method = way
                Side = side
                Cost = cost
                Considered =
                    priced
                    |> List.map (fun (way, found) ->
                        match found with
                        | Ok(_, cost)
                        | Error cost -> way, cost)
            }

    /// The method and tiles of a kernel of rows: see `choose`.
    let plan
        (memory: float)
        (asked: EmpiricalMethod option)
        (network: Network)
        (form: KernelForm)
        (size: KernelSize)
        : Result<EmpiricalPlan, PipelineError> =
        EmpiricalMethod.all
        |> List.map (fun way ->
            let cost side = Cost.ofMethod network form size side way
            way, fit memory cost (EmpiricalMethod.sides way))
        |> choose memory asked network

    /// "structured: 2.1 Tflop, 812 MB (vector-product: …; jacobian: …)".
    let print (plan: EmpiricalPlan) : string =
        let one (way, cost) = $"%s{EmpiricalMethod.print way}: %s{Cost.printWhole cost}"
        let others = plan.Considered |> List.filter (fun (way, _) -> way <> plan.Method) |> List.map one
        $"""%s{one (plan.Method, plan.Cost)} (%s{String.concat "; " others})"""
