namespace NtkPipeline.Core

open System
open System.Globalization
open TorchSharp

/// A way to the empirical kernel.
type EmpiricalMethod =
    /// J(X) J(Z)ᵀ.
    | Contraction
    /// A kernel–vector product for every column and output.
    | VectorProducts
    /// Two Gram products a dense layer, from one backward pass.
    | Structured

/// What a method needs: floating-point operations, and bytes of memory at its peak, the result among them.
type Cost = { Flops: float; Bytes: float }

/// A method chosen, with what it costs and what the others would have.
type EmpiricalPlan = {
    Method: EmpiricalMethod
    Cost: Cost
    Considered: (EmpiricalMethod * Cost) list
}

/// Choosing a way to the empirical kernel by counted operations and bytes, and going it.
[<RequireQualifiedAccess>]
module EmpiricalMethod =

    let all = [ Structured; VectorProducts; Contraction ]

    let print (way: EmpiricalMethod) : string =
        match way with
        | Contraction -> "jacobian"
        | VectorProducts -> "vector-product"
        | Structured -> "structured"

    /// "auto" is none: the cheapest that fits is taken.
    let parse (text: string) : Result<EmpiricalMethod option, string> =
        if text = "auto" then
            Ok None
        else
            match all |> List.tryFind (fun way -> print way = text) with
            | Some way -> Ok(Some way)
            | None -> Error $"'%s{text}' is not a method; write auto, structured, vector-product or jacobian"

    /// Counted from the shapes: a product of (a × b) and (b × c) is 2abc operations; a forward pass is one product a layer, a
    /// backward pass by θ two, by z one. `columns` is none for the rows with themselves, of which structured needs one half.
    let cost
        (network: Network)
        (features: int)
        (rows: int)
        (columns: int option)
        (bytesPerNumber: int)
        (way: EmpiricalMethod)
        : Cost =
        let layers =
            Network.denseLayers features network
            |> List.map (fun (fanIn, width, _) -> float fanIn, float width)

        let biases =
            Network.denseLayers features network
            |> List.sumBy (fun (_, width, prior) -> if prior.HasBias then float width else 0.0)

        let outputs = float (Network.outputs network)
        let weights = layers |> List.sumBy (fun (fanIn, width) -> fanIn * width)
        let parameters = weights + biases
        let n = float rows
        let m = columns |> Option.map float |> Option.defaultValue n
        let inputs = if columns.IsSome then n + m else n
        let units = layers |> List.sumBy (fun (fanIn, width) -> fanIn + width)
        let forward rows = 2.0 * rows * weights
        let result = n * m
        let size = float bytesPerNumber

        match way with
        | Contraction -> {
            Flops =
                forward inputs + 2.0 * inputs * outputs * 2.0 * weights + 2.0 * result * outputs * parameters
            Bytes = size * (result + inputs * outputs * parameters + inputs * units + 2.0 * parameters)
          }
        | VectorProducts -> {
            // Each product goes back through Z by θ, and twice through X.
            Flops = forward (n + m) + m * outputs * (2.0 * forward m + 4.0 * forward n)
            Bytes = size * (result + (n + m) * units * 3.0 + 4.0 * parameters)
          }
        | Structured -> {
            Flops =
                forward inputs * (1.0 + outputs)
                + (if columns.IsSome then 1.0 else 0.5)
                  * (layers |> List.sumBy (fun (fanIn, width) -> 2.0 * result * (fanIn + width * outputs)))
            Bytes =
                size
                * (result
                   + inputs * (layers |> List.sumBy (fun (fanIn, width) -> fanIn + width * (1.0 + outputs)))
                   + parameters)
          }

    let private number (x: float) = x.ToString("0.##", CultureInfo.InvariantCulture)

    let private scaled (x: float) (units: string list) =
        let power = min (units.Length - 1) (max 0 (int (floor (log10 (max x 1.0) / 3.0))))
        $"%s{number (x / pown 1000.0 power)} %s{units[power]}"

    /// "2.1 Tflop, 812 MB".
    let printCost (cost: Cost) : string =
        let flops = scaled cost.Flops [ "flop"; "kflop"; "Mflop"; "Gflop"; "Tflop"; "Pflop"; "Eflop" ]
        let bytes = scaled cost.Bytes [ "B"; "kB"; "MB"; "GB"; "TB"; "PB" ]
        $"%s{flops}, %s{bytes}"

    /// The asked-for method, or of those that fit into `memory` bytes the one with the fewest operations. What does not fit is
    /// refused with its size.
    let plan
        (memory: float)
        (asked: EmpiricalMethod option)
        (network: Network)
        (features: int)
        (rows: int)
        (columns: int option)
        (bytesPerNumber: int)
        : Result<EmpiricalPlan, PipelineError> =
        let considered =
            all |> List.map (fun way -> way, cost network features rows columns bytesPerNumber way)

        let candidates =
            considered |> List.filter (fun (way, _) -> asked |> Option.forall (fun asked -> asked = way))

        match candidates |> List.filter (fun (_, cost) -> cost.Bytes <= memory), Network.finite network with
        | _, Error reason -> Error(NumbersRefused $"empirical kernel: %s{reason}")
        | [], Ok _ ->
            let smallest = candidates |> List.map (fun (_, cost) -> cost.Bytes) |> List.min
            let name = candidates |> List.minBy (fun (_, cost) -> cost.Bytes) |> fst |> print
            let bytes x = scaled x [ "B"; "kB"; "MB"; "GB"; "TB"; "PB" ]

            Error(
                NumbersRefused
                    $"empirical kernel: %s{name} needs %s{bytes smallest} of memory, and %s{bytes memory} may be used; take fewer rows or a narrower network"
            )
        | fitting, Ok _ ->
            let way, cost = fitting |> List.minBy (fun (_, cost) -> cost.Flops)
            Ok { Method = way; Cost = cost; Considered = considered }

    /// "structured: 2.1 Tflop, 812 MB (vector-product: …; jacobian: …)".
    let printPlan (plan: EmpiricalPlan) : string =
        let one (way, cost) = $"%s{print way}: %s{printCost cost}"
        let others = plan.Considered |> List.filter (fun (way, _) -> way <> plan.Method) |> List.map one
        $"""%s{one (plan.Method, plan.Cost)} (%s{String.concat "; " others})"""

    /// Θ̂ by a method.
    let run
        (way: EmpiricalMethod)
        : Network -> DenseParameters[] -> torch.Tensor -> torch.Tensor option -> torch.Tensor =
        match way with
        | Contraction -> EmpiricalNtk.contraction
        | VectorProducts -> EmpiricalNtk.byProducts
        | Structured -> EmpiricalNtk.gram
