module NtkPipeline.Tests.DeviceTests

open System.IO
open Expecto
open TorchSharp
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private kernel folder network more =
    let x = Path.Combine(folder, "x.npy")

    (use file = File.Create x
     Npy.write file (Matrix.create 2 1 [| 1.0f; 2.0f |]))

    [
        "kernel"
        "--network"
        network
        "--x"
        x
        "--out"
        Path.Combine(folder, "k.npy")
    ]
    @ more

let tests =
    testList "kernel's device" [
        testCase "one that there is not is refused, and a word that is none is a mistake"
        <| inFolder (fun folder ->
            kernel folder "dense 8 | relu | dense 1" [ "--device"; "tpu" ] |> refused 2 [ "'tpu'"; "cuda:1" ]

            if not (torch.cuda.is_available ()) then
                kernel folder "dense 8 | relu | dense 1" [ "--empirical"; "--device"; "cuda" ]
                |> refused 1 [ "cuda:0"; "NTK_LIBTORCH" ]

            kernel folder "dense 8 | relu | dense 1" [ "--empirical"; "--device"; "cpu" ]
            |> wantDone
            |> ignore)

        testCase "a kernel that is integrated says so, and to what accuracy"
        <| inFolder (fun folder ->
            let answer = kernel folder "dense 8 | tanh | dense 8 | silu | dense 1" [] |> wantDone
            Expect.stringContains answer.Error "no closed form for tanh, silu: integrated, to 1e-12" "a note"
            let answer = kernel folder "dense 8 | erf | dense 1" [] |> wantDone
            Expect.isFalse (answer.Error.Contains "integrated") "erf has a closed form")
    ]
