namespace Rubato.Tests;

/// <summary>An exact judge for small problems: the primal simplex method on a dense tableau, with Bland's rule, in double.</summary>
/// <remarks>maximise c · x subject to A x ≤ b with b ≥ 0 and x ≥ 0, so that x = 0 is a basis to start from.</remarks>
internal static class DenseSimplex
{
    private const double Zero = 1e-11;

    public static double Maximise(double[,] matrix, double[] limits, double[] objective)
    {
        int rows = limits.Length, columns = objective.Length, width = columns + rows + 1;
        double[,] tableau = new double[rows + 1, width];
        int[] basis = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            if (limits[i] < 0) throw new ArgumentException("a limit below 0");
            for (int j = 0; j < columns; j++) tableau[i, j] = matrix[i, j];
            tableau[i, columns + i] = 1;
            tableau[i, width - 1] = limits[i];
            basis[i] = columns + i;
        }
        for (int j = 0; j < columns; j++) tableau[rows, j] = -objective[j];
        for (int pivots = 0; pivots < 100_000; pivots++)
        {
            int enter = 0;
            while (enter < width - 1 && tableau[rows, enter] >= -Zero) enter++;
            if (enter == width - 1) return tableau[rows, width - 1];
            int leave = -1;
            for (int i = 0; i < rows; i++)
            {
                if (tableau[i, enter] <= Zero) continue;
                if (leave < 0) { leave = i; continue; }
                double mine = tableau[i, width - 1] / tableau[i, enter], best = tableau[leave, width - 1] / tableau[leave, enter];
                if (mine < best - Zero || (mine <= best + Zero && basis[i] < basis[leave])) leave = i;
            }
            if (leave < 0) throw new InvalidOperationException("unbounded");
            Pivot(tableau, leave, enter);
            basis[leave] = enter;
        }
        throw new InvalidOperationException("the simplex method did not end");
    }

    private static void Pivot(double[,] tableau, int row, int column)
    {
        int width = tableau.GetLength(1);
        double pivot = tableau[row, column];
        for (int j = 0; j < width; j++) tableau[row, j] /= pivot;
        for (int i = 0; i < tableau.GetLength(0); i++)
        {
            double factor = tableau[i, column];
            if (i == row || factor == 0) continue;
            for (int j = 0; j < width; j++) tableau[i, j] -= factor * tableau[row, j];
        }
    }
}
