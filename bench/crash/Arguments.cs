using System.Globalization;

namespace Rubato.Bench;

/// <summary>Whole numbers behind names: <c>--name 5</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, int> _values = [];

    /// <exception cref="ArgumentException">A name is not among the known ones, or has no number behind it.</exception>
    public Arguments(string[] args, params string[] known)
    {
        for (int i = 0; i < args.Length; i += 2)
        {
            if (!known.Contains(args[i]) || i + 1 == args.Length || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
                throw new ArgumentException($"{args[i]}: expected a number behind one of {string.Join(' ', known)}");
            _values[args[i]] = value;
        }
    }

    public int Get(string name, int otherwise) => _values.GetValueOrDefault(name, otherwise);
}
