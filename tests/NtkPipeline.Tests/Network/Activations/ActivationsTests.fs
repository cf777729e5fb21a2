module NtkPipeline.Tests.ActivationsTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core

let private right, third = Math.PI / 2.0, Math.PI / 3.0

/// Pairs of norm 1 at an angle, and their E[φφ] and E[φ'φ'].
let private known = [
    "relu", right, 1.0 / (2.0 * Math.PI), 0.25
    "abs", right, 2.0 / Math.PI, 0.0
    "erf", third, 2.0 / Math.PI * asin (1.0 / 3.0), 4.0 / Math.PI / sqrt 8.0
    "gelu", right, 1.0 / (4.0 * Math.PI), 0.25
    "sin", third, exp -1.0 * sinh 0.5, exp -1.0 * cosh 0.5
    "cos", third, exp -1.0 * cosh 0.5, exp -1.0 * sinh 0.5
    "gaussian", right, 1.0 / 3.0, 0.0
    "rbf(1)", third, exp -1.0, 2.0 * exp -1.0
    "exp-normalised", third, exp -0.5, exp -0.5
    "monomial(2)", third, 1.5, 2.0
    "squared-relu", right, 0.25, 2.0 / Math.PI
]

let tests =
    testList "Activations" [
        test "every activation of the folder is in the list, under a name of its own" {
            let entries =
                Directory.GetFiles(Clone.path "src/NtkPipeline.Core/Network/Activations", "*.fs")
                |> Array.sumBy (fun file ->
                    Regex.Matches(File.ReadAllText file, @"^    let entry\b", RegexOptions.Multiline).Count)

            Expect.equal entries Activations.all.Length "as many as there are"
            let texts = Activations.examples |> List.map _.Text
            Expect.equal (List.distinct texts) texts "each once"
        }

        for text, angle, value, slope in known do
            test $"%s{text}: E[φφ] and E[φ'φ'] where paper and pencil suffice" {
                let m = Moments.ofAngle 1.0 1.0 (cos angle) (sin angle)
                let activation = Networks.activation text
                Expect.floatClose Accuracy.veryHigh (Dual.value activation m) value "E[φφ]"
                Expect.floatClose Accuracy.veryHigh (Dual.slope activation m) slope "E[φ'φ']"
            }

        for entry in Activations.all do
            let name, example =
                match entry with
                | Plain activation -> activation.Text, activation
                | OfReal(name, example, _)
                | OfWhole(name, example, _) -> name, example

            test
                $"%s{name}: its text is read as itself, and it relates to −x and to multiples of x as it says" {
                Expect.equal (Networks.activation example.Text) example "by the parser"

                Expect.isTrue
                    (example.Text = name || example.Text.StartsWith $"%s{name}(")
                    "its name comes first"

                match example.Function with
                | ValueNone -> ()
                | ValueSome phi ->
                    for x in [ 0.3; 1.7; 4.0 ] do
                        match example.Parity with
                        | Even -> Expect.equal (phi.Value -x) (phi.Value x) "even"
                        | Odd -> Expect.equal (phi.Value -x) -(phi.Value x) "odd"
                        | Neither ->
                            Expect.isGreaterThan (abs (abs (phi.Value -x) - abs (phi.Value x))) 1e-3 "neither"

                        match example.Degree with
                        | ValueSome degree ->
                            for x in [ x; -x ] do
                                Expect.floatClose
                                    Accuracy.veryHigh
                                    (phi.Value(1.5 * x))
                                    (pown 1.5 degree * phi.Value x)
                                    "homogeneous"
                        | ValueNone ->
                            Expect.isGreaterThan
                                (abs (phi.Value 3.0 / phi.Value 1.5 - phi.Value 1.0 / phi.Value 0.5))
                                1e-3
                                "not homogeneous"

                        match Activation.linearPieces example with
                        | ValueSome(struct (right, left)) ->
                            Expect.equal (phi.Value x, phi.Value -x) (right * x, left * -x) "of two pieces"
                        | ValueNone -> ()
            }
    ]
