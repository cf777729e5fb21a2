/// Times as ratios: what the project computes against the plain matrix products it cannot do without, measured in the same
/// run, so that the figures mean the same on every machine.
module NtkPipeline.Benchmarks.Ratios

open System
open System.Diagnostics
open TorchSharp
open NtkPipeline.Core

/// The best of several runs, in seconds, after one that warms up; a single run has none.
let private best (runs: int) (work: unit -> unit) : float =
    let once () =
        GC.Collect()

        let watch = Stopwatch.StartNew()
        use _ = torch.NewDisposeScope()
        work ()
        watch.Elapsed.TotalSeconds

    if runs > 1 then
        once () |> ignore

    List.min [ for _ in 1..runs -> once () ]

let private random (rows: int) (columns: int) =
    torch.randn (
        [| int64 rows; int64 columns |],
        dtype = torch.float32,
        generator = Seed.generator (Seed.root 1UL)
    )

let private report (what: string) (seconds: float) (floor: float) (floorName: string) (target: string) =
    printfn
        $"%-62s{what} %8.3f{seconds} s   %6.2f{seconds / floor} × %s{floorName} (%.3f{floor} s); aim %s{target}"

let private network text =
    match NetworkText.parse text with
    | Ok network -> network
    | Error reason -> invalidArg (nameof text) reason

let private structured (rows: int) (features: int) (width: int) =
    use _ = torch.NewDisposeScope()
    let net = network $"dense %d{width} | relu | dense 1"
    let x = random rows features
    let theta = Forward.draw net features (Seed.root 2UL) torch.float32
    let hidden = random rows width

    let floor =
        best 2 (fun () ->
            hidden.mm (hidden.t ()) |> ignore
            hidden.mm (hidden.t ()) |> ignore)

    let seconds = best 2 (fun () -> StructuredGram.symmetric (EmpiricalNtk.trace net theta x) |> ignore)

    report
        $"empirical Θ, structured, N = %d{rows}, m = %d{width}"
        seconds
        floor
        "two full N×N×m products"
        "≤ 0.65"

let private analytic (rows: int) (features: int) =
    use _ = torch.NewDisposeScope()

    let units =
        random rows features |> fun x -> x / x.norm (1, true, 2.0f) * (sqrt (float features)).ToScalar()

    let x = Tensors.toMatrix32 units
    let target = random rows rows

    let floor =
        best 3 (fun () -> units.mm (units.t ()) |> ignore) + best 3 (fun () -> target.clone () |> ignore)

    let seconds depth =
        let net = network $"repeat(%d{depth}, dense 512 w=1.41421356 | relu) | dense 1"
        best 3 (fun () -> Gram.ntk net x None |> ignore)

    let one, ten = seconds 1, seconds 10
    report $"analytic Θ, float32, depth 1, N = %d{rows}" one floor "the Gram product and a copy" "≤ 2.5"
    report $"analytic Θ, float32, depth 10, N = %d{rows}" ten floor "the Gram product and a copy" "≤ 2.5"
    report "depth 10" ten one "depth 1" "≤ 1.15"

let private againstJacobian () =
    use _ = torch.NewDisposeScope()
    let net = network "dense 1024 | relu | dense 1"
    let x = random 500 128
    let theta = Forward.draw net 128 (Seed.root 2UL) torch.float32
    let fast = best 3 (fun () -> EmpiricalNtk.gram net theta x None |> ignore)
    let slow = best 1 (fun () -> EmpiricalNtk.contraction net theta x None |> ignore)
    report "J Jᵀ, N = 500, m = 1,024" slow fast "structured" "≥ 40"

/// Each by its name, at a number of rows.
let private all: (string * (int -> unit)) list = [
    "analytic", (fun rows -> analytic rows 128)
    "structured", (fun rows -> structured rows 128 4096)
    "jacobian", (fun _ -> againstJacobian ())
]

/// `ratios [NAME …] [ROWS]`: all of them at 7,613 rows unless told otherwise.
let run (arguments: string list) =
    let rows =
        arguments
        |> List.tryPick (fun text ->
            match Int32.TryParse text with
            | true, n -> Some n
            | _ -> None)

    let names = arguments |> List.filter (fun text -> List.exists (fun (name, _) -> name = text) all)

    for name, measure in all do
        if names.IsEmpty || List.contains name names then
            measure (defaultArg rows 7613)
