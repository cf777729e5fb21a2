/// Networks that tests range over.
module NtkPipeline.Tests.Networks

open System
open Expecto
open NtkPipeline.Core

let parse (text: string) : Network = Expect.wantOk (NetworkText.parse text) text

/// All activations that a network of finite width can have.
let finite = Activations.examples |> List.filter _.Function.IsSome

/// The activation that a text stands for.
let activation (text: string) : Activation =
    match (parse $"dense 1 | %s{text} | dense 1").Layers with
    | [ _; Activate activation; _ ] -> activation
    | _ -> failtest $"'%s{text}' is no activation"

/// Shapes of network, given the activation's text: depths, biases, both parameterisations, residual, layer-norm, outputs.
let shapes (phi: string) : string list = [
    $"dense 6 | %s{phi} | dense 1"
    $"dense 6 w=1.4 b=0.3 | %s{phi} | dense 5 w=1.2 b=0.1 | %s{phi} | dense 1 b=0.2"
    $"dense 6 param=standard b=0.3 | %s{phi} | dense 1 w=1.1 b=0.5 param=standard"
    $"dense 6 b=0.3 | residual(%s{phi} | dense 6 w=0.7) | layer-norm(0.1) | %s{phi} | dense 1"
    $"dense 6 b=0.3 | dense 4 | %s{phi} | dense 3 b=0.1"
    $"dense 5 | layer-norm | %s{phi} | residual(dense 4 | %s{phi} | dense 5 b=0.2) | dense 2"
    $"dense 6 b=0.3 | %s{phi} | dense 2 b=0.1 | scale(2.5) | centred"
]

let private pick (random: Random) (items: 'a list) = items[random.Next items.Length]

let private number (random: Random) = float (random.Next(1, 300)) / 100.0 |> string

/// A well-formed network's text.
let random (seed: int) : string =
    let random = Random seed

    let dense width =
        String.concat " " [
            $"dense %d{width}"
            if random.Next 2 = 0 then
                $"w=%s{number random}"
            if random.Next 2 = 0 then
                $"b=%s{number random}"
            if random.Next 4 = 0 then
                "param=standard"
        ]

    let activation () = pick random Activations.examples |> Activation.print

    let rec block depth =
        let width = random.Next(1, 600)

        match random.Next 4 with
        | 0 when depth > 0 ->
            $"%s{dense width} | residual(%s{block (depth - 1)} | %s{dense width}) | %s{activation ()}"
        | 1 -> $"%s{dense width} | layer-norm(%s{number random}) | %s{activation ()}"
        | 2 -> dense width
        | _ -> $"%s{dense width} | %s{activation ()}"

    let blocks = [ for _ in 0 .. random.Next 4 -> block 2 ]

    let ending = [
        if random.Next 3 = 0 then
            $"scale(%s{number random})"
        if random.Next 3 = 0 then
            "centred"
    ]

    String.concat " | " (blocks @ [ dense 1 ] @ ending)

/// A well-formed network over tokens.
let randomOverTokens (seed: int) : string =
    let random = Random seed
    let some name = if random.Next 2 = 0 then $" %s{name}=%s{number random}" else ""

    let conv width isKept =
        let ends = if isKept then [ "" ] else [ " pad=same"; " pad=valid stride=2"; " stride=3" ]
        $"conv %d{width} size=%d{1 + 2 * random.Next 3}%s{pick random ends}" + some "w" + some "b"

    let attention () =
        let scores = pick random [ "softmax"; "identity"; "relu"; "abs" ]
        let scale = pick random [ "linear"; "sqrt" ]

        $"attention %d{1 + random.Next 8} scores=%s{scores} scale=%s{scale}"
        + String.concat "" (List.map some [ "q"; "k"; "v"; "o"; "b"; "position" ])

    let block () =
        match random.Next 5 with
        | 0 -> $"dense %d{1 + random.Next 9}" + some "w"
        | 1 -> conv 6 false + " | " + Activation.print (pick random Activations.examples)
        | 2 -> attention ()
        | 3 -> $"dense 6 | residual(relu | %s{conv 6 true})"
        | _ -> $"dense 6 | residual(%s{attention ()}) | layer-norm"

    let pool = pick random [ []; [ "mean-pool" ]; [ "sum-pool" ]; [ "flatten" ] ]
    String.concat " | " ([ for _ in 0 .. random.Next 4 -> block () ] @ pool @ [ "dense 2" + some "b" ])

/// A network over tokens.
let overTokens (text: string) : Network = Expect.wantOk (NetworkText.parseAny text) text

/// Rows for kernels: general ones, and every pair that is hard: equal, parallel, antiparallel, nearly so, orthogonal.
let rows: Matrix<float> =
    Matrix.ofRows 4 [|
        [| 1.0; 0.0; 0.0; 0.0 |]
        [| 0.5; 0.75; -0.25; 1.0 |]
        [| 1.0; 1.5; -0.5; 2.0 |]
        [| -0.25; -0.375; 0.125; -0.5 |]
        [| 0.5; 0.75; -0.25; 1.0 |]
        [| 0.5; 0.75; -0.25; 1.0 + 1e-9 |]
        [| 0.0; 1.0; 3.0; 0.0 |]
    |]
